/* The map of the points in the list: outlines and points from our own address, no tiles. The list says all of it too. */

const frame = document.getElementById("points-map");

function areaClass({ id }) {
  if (id === frame.dataset.own) return "area own";
  return id.startsWith("subdistrict-") ? "area subdistrict" : "area";
}

/* A mark is a button: it leads to the point's place in the list. */
function mark({ id, properties }, where) {
  const place = document.getElementById(id);
  const icon = L.divIcon({ className: "point-mark", html: `<span>${place.dataset.number}</span>`, iconSize: [44, 44] });
  const marker = L.marker(where, { icon, keyboard: true, riseOnHover: true });
  const lead = () => {
    location.hash = id;
    place.focus();
  };
  marker.on("click", lead);
  marker.on("keydown", ({ originalEvent }) => {
    if (originalEvent.key !== "Enter" && originalEvent.key !== " ") return;
    originalEvent.preventDefault();
    lead();
  });
  marker.on("add", () => marker.getElement().setAttribute("aria-label", `${place.dataset.number} ${properties.name}`));
  return marker;
}

async function begin() {
  const answer = await fetch(frame.dataset.source);
  if (!answer.ok) return;
  const { features } = await answer.json();
  const isListed = ({ id, geometry }) => geometry.type === "Point" && document.getElementById(id);
  const areas = features.filter(({ geometry }) => geometry.type !== "Point");
  const points = features.filter(isListed);
  if (points.length === 0) return;
  for (const name of ["map-panel", "map-link"]) document.getElementById(name).hidden = false;
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(frame, {
    attributionControl: false,
    zoomControl: false,
    maxZoom: 18,
    zoomAnimation: !isStill,
    fadeAnimation: !isStill,
    scrollWheelZoom: false, // the wheel and the finger move the page
    dragging: !L.Browser.mobile,
  });
  L.control.zoom({ zoomInTitle: frame.dataset.zoomIn, zoomOutTitle: frame.dataset.zoomOut }).addTo(map);
  L.geoJSON(areas, {
    interactive: false,
    style: (feature) => ({ className: areaClass(feature) }),
    onEachFeature: ({ id, properties }, layer) => {
      if (id.startsWith("subdistrict-")) return;
      // Within the lower edge, where few points stand.
      const bounds = layer.getBounds();
      const words = { permanent: true, direction: "top", className: "area-name", offset: [0, 0] };
      L.tooltip([bounds.getSouth(), bounds.getCenter().lng], words).setContent(properties.name).addTo(map);
    },
  }).addTo(map);
  const marks = L.geoJSON(points, { pointToLayer: mark });
  map.fitBounds(marks.getBounds(), { padding: [48, 48], maxZoom: 17 });
  marks.addTo(map);
  frame.dataset.ready = "yes";
}

begin();
