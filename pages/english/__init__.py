"""English for residents: what the screens say is in locale/en; here is how it is kept whole, and how it is chosen."""
