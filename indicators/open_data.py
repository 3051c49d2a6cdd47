"""Open data: a published month's figures by community, without those by which a household could be told. Pure.

A community in which fewer than PARTICIPANTS_MIN households took part is withheld with all its figures: its sums would
tell what a family threw away. Because the district's figures stand in the same file, the withheld ones are told by
subtraction: so at least two communities are withheld together, and together they have PARTICIPANTS_MIN participants;
the smallest others join until that is so.
"""

from collections.abc import Mapping

PARTICIPANTS_MIN = 5
TOGETHER_MIN = 2


def withheld_communities(*, participants: Mapping[int, int]) -> frozenset[int]:
    """The keys of the communities that are left out; `participants`: key → participating households, 0 if unknown."""
    by_size = sorted(participants, key=lambda key: (participants[key], key))
    withheld = [key for key in by_size if participants[key] < PARTICIPANTS_MIN]
    if not withheld:
        return frozenset()
    for key in by_size[len(withheld) :]:
        if len(withheld) >= TOGETHER_MIN and sum(participants[each] for each in withheld) >= PARTICIPANTS_MIN:
            break
        withheld.append(key)
    return frozenset(withheld)
