"""What counts as one asker among addresses."""

import ipaddress


def neighbourhood(address: str) -> str:
    """An IPv4 address, or the /64 that one subscriber of IPv6 has whole; "" for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(parsed if parsed.version == 4 else ipaddress.ip_network(f"{parsed}/64", strict=False))
