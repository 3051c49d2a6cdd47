"""The residents' screens (我的): points, drop-offs, rewards, on a phone that opened a link."""
