"""Photos in the back office: when, by which bin, and which look alike. The pictures open to officers, for a reason."""

from django.contrib import admin

from people.back_office import ReadOnlyAdmin
from sorting.models import Photo, PhotoLikeness


@admin.register(Photo)
class PhotoAdmin(ReadOnlyAdmin):
    """照片: without the picture, and without the names of its files."""

    list_display = ("received_at", "bin", "event_id", "sent_by", "is_flat")
    fields = readonly_fields = (*list_display, "taken_at", "width", "height")
    list_filter = ("is_flat", ("sent_by", admin.EmptyFieldListFilter))
    search_fields = ("=event_id", "=bin__code")
    list_select_related = ("bin", "sent_by")
    ordering = ("-id",)


@admin.register(PhotoLikeness)
class PhotoLikenessAdmin(ReadOnlyAdmin):
    """相似照片: the pictures themselves are behind a reason, on the bureau's screens."""

    list_display = ("found_at", "degree", "photo", "place", "earlier", "earlier_place")
    fields = readonly_fields = list_display
    list_filter = ("is_identical", "photo__bin__point__community")
    search_fields = ("=photo__bin__code", "=photo__event_id")
    list_select_related = ("photo__bin__point__community", "earlier__bin__point__community")
    ordering = ("-id",)

    @admin.display(description="相似程度", ordering="distance")
    def degree(self, likeness: PhotoLikeness) -> str:
        """In words."""
        return "完全相同" if likeness.is_identical else f"几乎相同(差 {likeness.distance} 处)"

    @admin.display(description="地点")
    def place(self, likeness: PhotoLikeness) -> str:
        """Where the later one was taken."""
        return _place(photo=likeness.photo)

    @admin.display(description="较早照片的地点")
    def earlier_place(self, likeness: PhotoLikeness) -> str:
        """Where the earlier one was taken."""
        return _place(photo=likeness.earlier)


def _place(*, photo: Photo) -> str:
    point = photo.bin.point
    return f"{point.community.name} / {point.name}"
