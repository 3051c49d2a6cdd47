"use strict";

const place = document.getElementById("swagger-ui");
SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  filter: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  // A token is sent where it was entered; the session of a page is not used from here.
  requestInterceptor: (request) => ({ ...request, credentials: "omit" }),
});
