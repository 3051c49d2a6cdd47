"""The bytes of a picture in a form, read only where they are not too many."""

from django.http import HttpRequest

from lib.errors import DomainError

UPLOAD_BYTES_MAX = 8 * 1024 * 1024  # a phone's photo whole; with a script it comes shrunk to some 300 KB


class UploadTooLarge(DomainError):
    """More bytes than are read."""

    code = "photo_too_large"
    message = f"照片超过 {UPLOAD_BYTES_MAX // 1024 // 1024} MB，没有上传。请拍小一点再试。"


def uploaded(*, request: HttpRequest, name: str) -> bytes:
    """The file of that field; b"" where none was chosen.

    :raises UploadTooLarge: it was not read.
    """
    file = request.FILES.get(name)
    if file is None:
        return b""
    if (file.size or 0) > UPLOAD_BYTES_MAX:
        raise UploadTooLarge
    return bytes(file.read())
