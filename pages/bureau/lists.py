"""红黑榜: the buildings of a community by how they sorted in the last finished month, never a household."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from households.reach import communities_in_reach
from pages.access import for_roles
from pages.building_lists import read_building_lists
from pages.bureau.shell import render_bureau
from people.models import Role
from people.standing import Standing


@require_safe
@for_roles(Role.OFFICER)
def lists(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The lists of one community within reach: the one asked for, or the first by name."""
    reach = list(communities_in_reach(standing=standing, role=Role.OFFICER).order_by("name", "pk"))
    asked = request.GET.get("community", "")
    chosen = next((each for each in reach if not asked or str(each.pk) == asked), None)
    if asked and chosen is None:
        raise Http404
    context = {
        "heading": "楼栋红黑榜",
        "communities": [(each.pk, each.name, each == chosen) for each in reach],
        "community_name": chosen.name if chosen else "",
        "lists": read_building_lists(community=chosen, now=timezone.now()) if chosen else None,
    }
    return render_bureau(request, "pages/bureau/lists.html", context, current="bureau-lists")
