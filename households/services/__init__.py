"""What changes a household: its registration from a file, its cards, its consents, its leaving."""

from households.services.card_printing import (
    NothingToPrint,
    PrintingNotAllowed,
    TooManyCards,
    may_print_cards,
    print_cards,
    take_printing,
)
from households.services.cards import (
    CardAlreadyIssued,
    CardHeldElsewhere,
    CardUnreadable,
    FingerprintConsentMissing,
    HouseholdHasLeft,
    issue_card,
    new_qr_token,
    replace_card,
)
from households.services.community_file import COMMUNITY_COLUMNS, import_communities
from households.services.consents import MemberOfAnotherHousehold, record_consent
from households.services.household_file import HOUSEHOLD_COLUMNS, import_households
from households.services.leaving import end_household
from households.services.members import (
    AccountsStopped,
    AlreadyMember,
    NotTheFirstMember,
    PhoneUnreadable,
    TooManyMembers,
    change_phone,
    first_member,
    invite_member,
    new_resident_account,
    present_members,
    remove_member,
    user_of_phone,
)
from households.services.notices import mark_notices_read, notify_household, notify_households_of
from households.services.opening import ReasonMissing, open_household
from households.services.parting import leave_programme
from households.services.pin_sign_in import PinSignIn, PinSignInRefused, sign_in_by_pin
from households.services.pins import (
    PinLocked,
    PinMistyped,
    PinNotAllowed,
    PinTooSimple,
    PinWrong,
    change_pin,
    check_pin,
    give_pin,
)
from households.services.serials import lock_registration, next_serials

__all__ = [
    "COMMUNITY_COLUMNS",
    "HOUSEHOLD_COLUMNS",
    "AccountsStopped",
    "AlreadyMember",
    "CardAlreadyIssued",
    "CardHeldElsewhere",
    "CardUnreadable",
    "FingerprintConsentMissing",
    "HouseholdHasLeft",
    "MemberOfAnotherHousehold",
    "NotTheFirstMember",
    "NothingToPrint",
    "PhoneUnreadable",
    "PinLocked",
    "PinMistyped",
    "PinNotAllowed",
    "PinSignIn",
    "PinSignInRefused",
    "PinTooSimple",
    "PinWrong",
    "PrintingNotAllowed",
    "ReasonMissing",
    "TooManyCards",
    "TooManyMembers",
    "change_phone",
    "change_pin",
    "check_pin",
    "end_household",
    "first_member",
    "give_pin",
    "import_communities",
    "import_households",
    "invite_member",
    "issue_card",
    "leave_programme",
    "lock_registration",
    "mark_notices_read",
    "may_print_cards",
    "new_qr_token",
    "new_resident_account",
    "next_serials",
    "notify_household",
    "notify_households_of",
    "open_household",
    "present_members",
    "print_cards",
    "record_consent",
    "remove_member",
    "replace_card",
    "sign_in_by_pin",
    "take_printing",
    "user_of_phone",
]
