"""Who gets what: one line a route and method, seven people, three owners. test_access_matrix.py calls every cell.

A route that the URL configuration has and this table has not fails the build. To add one, add one line:

    METHOD  route-name   ANON ZHANG WANG CHEN SHOP ZHAO ADMIN

where a cell is a status (`200`, for whoever's object is asked for) or a status with letters: `200Z` is 200 for what
belongs to Zhang and 404 for what belongs to Li or Wang; `200ZL`, `200LW` likewise. Zhang and Li live in guide Chen's
community, Wang does not; of the counters (`shop_id`), the shop's own is Zhang's, and Chen's redemption point is Li's.
Nobody's object is anything but 404 to somebody whom it does not concern.

Objects in an address (`<int:drop_off_id>`) are found by the parameter's name in OBJECTS of access_cast.py; a body, form
or query is made for "METHOD route-name" in access_requests.py. The lines are in the order of the addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass

CALLERS = ("ANON", "ZHANG", "WANG", "CHEN", "SHOP", "ZHAO", "ADMIN")
OWNERS = "ZLW"  # Zhang, Li, Wang
NOT_YOURS = 404

MATRIX = """
METHOD  route                                     ANON  ZHANG WANG  CHEN  SHOP  ZHAO  ADMIN

GET     front                                     200   200   200   200   200   200   200
GET     open-data                                 200   200   200   200   200   200   200
GET     open-data-month                           404   404   404   404   404   404   404
GET     sign-in                                   200   302   302   302   302   302   302
POST    sign-in                                   200   302   302   302   302   302   302
PUT     sign-in                                   200   302   302   302   302   302   302
POST    sign-out                                  302   302   302   302   302   302   302
GET     start                                     302   302   302   302   302   302   302
GET     second-factor                             302   302   302   302   302   302   302
POST    second-factor                             302   302   302   302   302   302   302
GET     second-factor-set-up                      302   403   403   403   403   200   200
POST    second-factor-set-up                      302   403   403   403   403   422   422
GET     waste-items                               200   200   200   200   200   200   200
GET     points-map                                200   200   200   200   200   200   200
GET     my-home                                   302   200   200   302   302   302   302
GET     my-sign-in                                200   200   200   200   200   200   200
POST    my-sign-in                                302   302   302   302   302   302   302
GET     my-code                                   302   302   302   302   302   302   302
POST    my-code                                   302   302   302   302   302   302   302
GET     my-pin                                    200   200   200   200   200   200   200
POST    my-pin                                    422   422   422   422   422   422   422
POST    my-sign-out                               302   302   302   302   302   302   302
POST    my-language                               302   302   302   302   302   302   302
POST    my-text-size                              302   302   302   302   302   302   302
GET     my-choose-home                            302   200   200   302   302   302   302
POST    my-choose-home                            302   302Z  302W  302   302   302   302
GET     my-attend                                 302   200ZL 200W  302   302   302   302
POST    my-attend                                 302   302ZL 302W  302   302   302   302
GET     my-code-to-show                           302   200   200   302   302   302   302
GET     my-records                                302   200   200   302   302   302   302
GET     my-appeals                                302   200   200   302   302   302   302
GET     my-appeal                                 302   200Z  200W  302   302   302   302
POST    my-appeal                                 302   302Z  302W  302   302   302   302
GET     my-statement                              302   200   200   302   302   302   302
GET     my-statement-file                         302   200   200   302   302   302   302
GET     my-year                                   302   200   200   302   302   302   302
GET     my-points                                 302   200   200   302   302   302   302
GET     my-community                              302   200   200   302   302   302   302
GET     my-rewards                                302   200   200   302   302   302   302
GET     my-reward                                 302   200   200   302   302   302   302
GET     my-redemptions                            302   200   200   302   302   302   302
GET     my-problems                               302   200   200   302   302   302   302
POST    my-problems                               302   302ZL 302W  302   302   302   302
GET     my-survey                                 302   200   200   302   302   302   302
POST    my-survey                                 302   302   302   302   302   302   302
GET     my-notices                                302   200   200   302   302   302   302
GET     my-me                                     302   200   200   302   302   302   302
GET     my-stored                                 302   200   200   302   302   302   302
GET     my-export                                 302   200   200   302   302   302   302
GET     my-lost-card                              302   200Z  200W  302   302   302   302
POST    my-lost-card                              302   302Z  302W  302   302   302   302
GET     my-invited                                302   302   302   302   302   302   302
POST    my-invited                                302   302   302   302   302   302   302
GET     my-new-phone                              302   200   200   302   302   302   302
POST    my-new-phone                              302   302   302   302   302   302   302
GET     my-new-phone-code                         302   302   302   302   302   302   302
POST    my-new-phone-code                         302   302   302   302   302   302   302
GET     my-own-pin                                302   200   200   302   302   302   302
POST    my-own-pin                                302   422   422   302   302   302   302
GET     my-leave                                  302   200   200   302   302   302   302
POST    my-reward                                 302   302   302   302   302   302   302
GET     my-redemption                             302   200Z  200W  302   302   302   302
POST    my-redemption-cancel                      302   302Z  302W  302   302   302   302
POST    my-consent                                302   302   302   302   302   302   302
POST    my-member-invite                          302   302   302   302   302   302   302
GET     my-member-remove                          302   200Z  200W  302   302   302   302
POST    my-member-remove                          302   302Z  302W  302   302   302   302
POST    my-leave                                  302   422   422   302   302   302   302
GET     my-worker                                 200   200   200   200   200   200   200
GET     my-offline                                200   200   200   200   200   200   200
GET     my-icon-192                               200   200   200   200   200   200   200
GET     my-icon-512                               200   200   200   200   200   200   200
GET     card-face                                 404   404   404   404   404   404   404
GET     photo-large                               404   200Z  200W  200ZL 404   404   404
GET     photo-small                               404   200Z  200W  200ZL 404   404   404
GET     shop-counter                              302   403   403   200   200   403   403
POST    shop-look                                 302   403   403   422   422   403   403
POST    shop-hand-out                             302   403   403   422   422   403   403
POST    shop-choose                               302   403   403   302   302   403   403
GET     shop-months                               302   403   403   200   200   403   403
GET     reward-picture                            404   404   404   404   404   404   404
GET     guide                                     302   403   403   200   403   403   403
GET     guide-list                                302   403   403   200   403   403   403
POST    guide-judge                               302   403   403   302ZL 403   403   403
POST    guide-undo                                302   403   403   404   403   403   403
GET     guide-drop-off                            302   403   403   200ZL 403   403   403
POST    guide-drop-off                            302   403   403   302ZL 403   403   403
GET     guide-find                                302   403   403   200   403   403   403
POST    guide-find                                302   403   403   302ZL 403   403   403
GET     guide-spot-check                          302   403   403   200   403   403   403
POST    guide-spot-check                          302   403   403   302   403   403   403
GET     guide-appeals                             302   403   403   200   403   403   403
GET     guide-appeal                              302   403   403   200ZL 403   403   403
POST    guide-appeal                              302   403   403   302ZL 403   403   403
GET     guide-help                                302   403   403   200   403   403   403
POST    guide-help                                302   403   403   302ZL 403   403   403
GET     guide-helped                              302   403   403   302ZL 403   403   403
POST    guide-help-pin                            302   403   403   302ZL 403   403   403
POST    guide-help-phone                          302   403   403   302ZL 403   403   403
GET     guide-help-code                           302   403   403   302ZL 403   403   403
POST    guide-help-code                           302   403   403   302ZL 403   403   403
POST    guide-help-card                           302   403   403   302ZL 403   403   403
GET     guide-problems                            302   403   403   200   403   403   403
POST    guide-problems                            302   403   403   302   403   403   403
GET     guide-problem                             302   403   403   200ZL 403   403   403
POST    guide-problem                             302   403   403   302ZL 403   403   403
GET     guide-scene-photo                         302   403   403   200ZL 403   403   403
GET     guide-tasks                               302   403   403   200   403   403   403
GET     guide-task                                302   403   403   200ZL 403   403   403
POST    guide-task                                302   403   403   302ZL 403   403   403
GET     guide-notices                             302   403   403   200   403   403   403
GET     guide-duty                                302   403   403   200   403   403   403
POST    guide-duty                                302   403   403   302ZL 403   403   403
POST    guide-duty-end                            302   403   403   302   403   403   403
GET     guide-teaching                            302   403   403   200   403   403   403
POST    guide-teaching                            302   403   403   302ZL 403   403   403
POST    guide-visit                               302   403   403   302   403   403   403
GET     guide-gathering                           302   403   403   200ZL 403   403   403
POST    guide-gathering                           302   403   403   302ZL 403   403   403
GET     guide-registers                           302   403   403   200   403   403   403
GET     guide-register                            302   403   403   200ZL 403   403   403
GET     guide-change                              302   403   403   200   403   403   403
POST    guide-change                              302   403   403   200   403   403   403
GET     guide-pin                                 302   403   403   200   403   403   403
POST    guide-pin                                 302   403   403   302   403   403   403
POST    guide-send                                302   403   403   400   403   403   403
GET     guide-worker                              200   200   200   200   200   200   200
GET     bureau                                    302   403   403   403   403   200   403
GET     bureau-live                               302   403   403   403   403   200   403
GET     bureau-figure                             302   403   403   403   403   200   403
GET     bureau-community                          302   403   403   403   403   200   403
GET     bureau-community-changes                  302   403   403   403   403   200   403
POST    bureau-community-changes                  302   403   403   403   403   302   403
GET     bureau-new-home                           302   403   403   403   403   200   403
POST    bureau-new-home                           302   403   403   403   403   302   403
GET     bureau-household                          302   403   403   403   403   200   403
POST    bureau-household                          302   403   403   403   403   200   403
GET     bureau-plan                               302   403   403   403   403   200   403
GET     bureau-ranking                            302   403   403   403   403   200   403
GET     bureau-assessment                         302   403   403   403   403   200   403
GET     bureau-reports                            302   403   403   403   403   200   403
GET     bureau-report-enter                       302   403   403   403   403   403   403
POST    bureau-report-enter                       302   403   403   403   403   403   403
GET     bureau-report-deadlines                   302   403   403   403   403   200   403
POST    bureau-report-deadlines                   302   403   403   403   403   302   403
GET     bureau-report                             302   403   403   403   403   200   403
POST    bureau-report                             302   403   403   403   403   403   403
GET     bureau-report-evidence                    302   403   403   403   403   200   403
GET     bureau-loads                              302   403   403   403   403   200   403
GET     bureau-load-new                           302   403   403   403   403   200   403
POST    bureau-load-new                           302   403   403   403   403   302   403
GET     bureau-load                               302   403   403   403   403   200   403
GET     bureau-load-correct                       302   403   403   403   403   200   403
POST    bureau-load-correct                       302   403   403   403   403   302   403
GET     bureau-flags                              302   403   403   403   403   200   403
GET     bureau-flag                               302   403   403   403   403   200   403
POST    bureau-flag                               302   403   403   403   403   200   403
GET     bureau-appeals                            302   403   403   403   403   200   403
GET     bureau-appeal                             302   403   403   403   403   200   403
POST    bureau-appeal                             302   403   403   403   403   404   403
GET     bureau-published                          302   403   403   403   403   200   403
GET     bureau-audit                              302   403   403   403   403   200   403
GET     bureau-publication-draft                  302   403   403   403   403   200   403
POST    bureau-publication-draft                  302   403   403   403   403   302   403
GET     bureau-publication-proposal               302   403   403   403   403   200   403
POST    bureau-publication-proposal               302   403   403   403   403   200   403
GET     bureau-publication                        302   403   403   403   403   200   403
GET     bureau-monthly                            302   403   403   403   403   200   403
POST    bureau-monthly                            302   403   403   403   403   302   403
GET     bureau-monthly-file                       302   403   403   403   403   200   403
GET     bureau-quality                            302   403   403   403   403   200   403
GET     bureau-accuracy                           302   403   403   403   403   200   403
GET     bureau-photos                             302   403   403   403   403   200   403
GET     bureau-photo                              302   403   403   403   403   200   403
POST    bureau-photo                              302   403   403   403   403   302   403
GET     bureau-problems                           302   403   403   403   403   200   403
GET     bureau-scene-photo                        302   403   403   403   403   200   403
GET     bureau-supervision                        302   403   403   403   403   200   403
GET     bureau-tasks                              302   403   403   403   403   200   403
POST    bureau-tasks                              302   403   403   403   403   302ZL 403
GET     bureau-notices                            302   403   403   403   403   200   403
GET     bureau-roster                             302   403   403   403   403   200   403
GET     bureau-community-roster                   302   403   403   403   403   200   403
POST    bureau-community-roster                   302   403   403   403   403   422   403
GET     bureau-roster-slot                        302   403   403   403   403   200   403
POST    bureau-roster-slot                        302   403   403   403   403   422   403
GET     bureau-teaching                           302   403   403   403   403   200   403
GET     bureau-gathering                          302   403   403   403   403   200   403
GET     bureau-surveys                            302   403   403   403   403   200   403
POST    bureau-surveys                            302   403   403   403   403   302   403
GET     bureau-survey                             302   403   403   403   403   200   403
GET     bureau-lists                              302   403   403   403   403   200   403
GET     bureau-registers                          302   403   403   403   403   200   403
GET     bureau-register                           302   403   403   403   403   200   403
GET     bureau-programmes                         302   403   403   403   403   200   403
GET     bureau-programme-new                      302   403   403   403   403   200   403
POST    bureau-programme-new                      302   403   403   403   403   302   403
GET     bureau-programme                          302   403   403   403   403   200   403
POST    bureau-programme-simulate                 302   403   403   403   403   302   403
POST    bureau-programme-decide                   302   403   403   403   403   302   403
POST    bureau-programme-withdraw                 302   403   403   403   403   302   403
GET     favicon.ico                               302   302   302   302   302   302   302
GET     healthz                                   200   200   200   200   200   200   200
GET     readyz                                    200   200   200   200   200   200   200
GET     metrics                                   200   200   200   200   200   200   200

GET     api-schema                                200   200   200   200   200   200   200
GET     api-docs                                  200   200   200   200   200   200   200
POST    api-tokens                                201   201   201   201   201   201   201
GET     api-tokens                                401   200   200   200   200   200   200
DELETE  api-tokens                                401   200   200   200   200   200   200
DELETE  api-token                                 401   204Z  204W  404   404   404   404
GET     api-me                                    401   200   200   200   200   200   200

POST    api-phone-codes                           202   202   202   202   202   202   202
POST    api-phone-tokens                          401   401   401   401   401   401   401

GET     api-households                            401   200   200   403   403   403   403
GET     api-home                                  401   200Z  200W  403   403   403   403
GET     api-drop-offs                             401   200Z  200W  403   403   403   403
GET     api-transfers                             401   200Z  200W  403   403   403   403
GET     api-notices                               401   200Z  200W  403   403   403   403
POST    api-notices-read                          401   200Z  200W  403   403   403   403
GET     api-consents                              401   200Z  200W  403   403   403   403
POST    api-consents                              401   200Z  200W  403   403   403   403
GET     api-cards                                 401   200Z  200W  403   403   403   403
GET     api-appeals                               401   200Z  200W  403   403   403   403
POST    api-appeals                               401   201Z  201W  403   403   403   403
GET     api-rewards                               401   200Z  200W  403   403   403   403
GET     api-redemptions                           401   200Z  200W  403   403   403   403
POST    api-redemptions                           401   201Z  201W  403   403   403   403
GET     api-redemption                            401   200Z  200W  403   403   403   403
POST    api-cancellation                          401   200Z  200W  403   403   403   403

GET     api-guide-communities                     401   403   403   200   403   403   403
GET     api-guide-drop-offs                       401   403   403   200ZL 403   403   403
POST    api-guide-look-ups                        401   403   403   200ZL 403   403   403
POST    api-guide-spot-checks                     401   403   403   201ZL 403   403   403
POST    api-guide-point-problems                  401   403   403   201ZL 403   403   403
GET     api-guide-problems                        401   403   403   200   403   403   403
POST    api-guide-rectification                   401   403   403   200ZL 403   403   403
POST    api-guide-verdicts                        401   403   403   201ZL 403   403   403
POST    api-guide-withdrawals                     401   403   403   201ZL 403   403   403
GET     api-guide-appeals                         401   403   403   200   403   403   403
POST    api-guide-answer                          401   403   403   200ZL 403   403   403
POST    api-guide-redemptions                     401   403   403   201ZL 403   403   403

GET     api-counters                              401   403   403   200   200   403   403
POST    api-counter-look-ups                      401   403   403   200L  200Z  403   403
GET     api-counter-collections                   401   403   403   200L  200Z  403   403
POST    api-counter-collections                   401   403   403   200L  200Z  403   403

GET     api-bureau-indicators                     401   403   403   403   403   200   403
GET     api-bureau-communities                    401   403   403   403   403   200   403
GET     api-bureau-community-days                 401   403   403   403   403   200   403
GET     api-bureau-plan                           401   403   403   403   403   200   403
GET     api-bureau-data-quality                   401   403   403   403   403   200   403
GET     api-bureau-loads                          401   403   403   403   403   200   403
GET     api-bureau-publications                   401   403   403   403   403   200   403
GET     api-bureau-published-figures              401   403   403   403   403   200   403
GET     api-bureau-restatements                   401   403   403   403   403   200   403
GET     api-bureau-alerts                         401   403   403   403   403   200   403
POST    api-bureau-alert-seen                     401   403   403   403   403   200   403
POST    api-bureau-openings                       401   403   403   403   403   201   403
GET     api-bureau-corrections                    401   403   403   403   403   200   403
POST    api-bureau-corrections                    401   403   403   403   403   201   403
POST    api-bureau-decision                       401   403   403   403   403   200   403
GET     api-bureau-appeals                        401   403   403   403   403   200   403
POST    api-bureau-answer                         401   403   403   403   403   404   403
GET     api-bureau-programmes                     401   403   403   403   403   200   403
GET     api-bureau-programme                      401   403   403   403   403   200   403
POST    api-bureau-programme-decision             401   403   403   403   403   200   403

POST    device-drop-offs                          401   401   401   401   401   401   401
POST    device-status                             401   401   401   401   401   401   401
POST    device-photos                             401   401   401   401   401   401   401
POST    device-claims                             400   400   400   400   400   400   400
POST    device-cards                              401   401   401   401   401   401   401
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What each caller gets from one route, by the owner of the object."""

    method: str
    route: str
    cells: Mapping[str, Mapping[str, int]]

    @property
    def key(self) -> str:
        """METHOD route."""
        return f"{self.method} {self.route}"


def read_matrix(*, text: str = MATRIX) -> list[Row]:
    """The rows of the table.

    :raises ValueError: a line is none.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if lines[0] != ["METHOD", "route", *CALLERS]:
        raise ValueError(f"the columns are {CALLERS}")
    return [_row(words=words) for words in lines[1:]]


def _row(*, words: list[str]) -> Row:
    method, route, *cells = words
    if len(cells) != len(CALLERS):
        raise ValueError(f"{method} {route}: {len(CALLERS)} cells, one for each of {', '.join(CALLERS)}")
    return Row(
        method=method,
        route=route,
        cells={caller: _cell(text=text) for caller, text in zip(CALLERS, cells, strict=True)},
    )


def _cell(*, text: str) -> dict[str, int]:
    status, owners = int(text[:3]), text[3:] or OWNERS
    if not set(owners) <= set(OWNERS):
        raise ValueError(f"{text}: a status, then letters of {OWNERS}")
    return {owner: status if owner in owners else NOT_YOURS for owner in OWNERS}
