"""The sentences of the domain that hold names and numbers, as patterns, the longer ones first."""

from django.utils.translation import gettext_noop

DATE = r"(?:\d{4}年)?\d{1,2}月\d{1,2}日"

# households.services.pins and pin_sign_in, points.services.presence, collecting, expiring, corrections, moving,
# points.expiry, guides.services.verdicts, appeals, problems
NOTICES = (
    gettext_noop("{by}给您家设置了新的 PIN 码。不是您家要求的，请联系城管局。"),
    gettext_noop("您家的 PIN 码已经更改。不是您家改的，请尽快联系督导员。"),
    gettext_noop(
        "{who}登记的手机号换成了尾号 {end} 的号码，原来的号码不能再登录。不是您家里人办的，请尽快联系城管局。"
    ),
    gettext_noop("{by}当面给您家登记了尾号 {end} 的手机号。不是您家要求的，请联系城管局。"),
    gettext_noop("您邀请的{who}说这不是自己家，没有加入，手机号已删除。号码输错了可以重新邀请。"),
    gettext_noop(
        "尾号 {end} 的{proof}已挂失，马上失效，不能再积分和花分；户码和积分不变。不是您家里人办的，请尽快联系城管局。"
    ),
    gettext_noop("有人用您家的户码和 PIN 码登录了。不是您家里人，请尽快请督导员重设 PIN 码。"),
    gettext_noop(
        "{date} {time}，{by}凭您家的{proof}代您兑换了{reward} × {count}，用去 {points} 分，{what_next}。"
        "不是您家要求的，请联系城管局。"
    ),
    gettext_noop("{reward} × {count} 已在{shop}领取。"),
    gettext_noop("{reward} 过了领取期限,{points} 分已在{date}退回。"),
    gettext_noop("您家的积分更正了 {points} 分。原因:{reason}(应扣 {asked} 分,账上不足,{missing} 分没有扣到,已记录)"),
    gettext_noop("您家的积分更正了 {points} 分。原因:{reason}"),
    gettext_noop("申诉第 {number} 号成立:{answer}"),
    gettext_noop("从原来的一户转来 {points} 分,到期日不变。"),
    gettext_noop("您家有 {points} 分将在{date}到期,请在这天之前兑换。到期的积分不能恢复。"),
    gettext_noop("{date} {time} 投放的{category}:督导员核验为合格,谢谢您分得好。"),
    gettext_noop("{date} {time} 投放的{category}:督导员核验为混投,这次不计积分。"),
    gettext_noop("{date} {time} 投放的{category}:督导员核验为误投,实际是{actual},这次不计积分。"),
    gettext_noop("{date} {time} 投放的{category}的核验已由督导员撤回。"),
    gettext_noop("您的申诉({subject})有答复:{outcome}。{answer}(补 {points} 分,复核后到账)"),
    gettext_noop("您的申诉({subject})有答复:{outcome}。{answer}不同意的话,15 天内可以再申诉一次,由城管局答复。"),
    gettext_noop("您的申诉({subject})有答复:{outcome}。{answer}"),
    gettext_noop("您报告的“{place} {kind}”已经整改好了,谢谢。"),
)
# Parts of the notices that are words of the platform.
WORDS = (
    gettext_noop("射频卡"),
    gettext_noop("PIN 码"),
    gettext_noop("已当场领取"),
    gettext_noop("请凭兑换码领取"),
    gettext_noop("凭户码和 PIN 码登录"),
    gettext_noop("登记新住户"),
    gettext_noop("当面帮办：核对成员和卡（看了住户卡）"),
    gettext_noop("当面帮办：核对成员和卡（看了证件）"),
    gettext_noop("当面帮办：重设 PIN 码（看了住户卡）"),
    gettext_noop("当面帮办：重设 PIN 码（看了证件）"),
    gettext_noop("当面帮办：换手机号（看了住户卡）"),
    gettext_noop("当面帮办：换手机号（看了证件）"),
    gettext_noop("当面帮办：登记第一位成员（看了住户卡）"),
    gettext_noop("当面帮办：登记第一位成员（看了证件）"),
    gettext_noop("当面帮办：挂失住户卡（看了住户卡）"),
    gettext_noop("当面帮办：挂失住户卡（看了证件）"),
)
# points.services.redeeming, guides.services.resident_problems
REFUSALS = (
    gettext_noop("积分不够：要 {points} 分，可用 {number} 分，还差 {missing} 分。"),
    gettext_noop("这件奖品{period}每户限 {count} 件，您家已有 {number} 件。积分没有动。"),
    gettext_noop("这件奖品只剩 {number} 件了，不够 {count} 件。积分没有动。"),
    gettext_noop("请选是满了还是坏了,说明最多 200 字。"),
    gettext_noop("PIN 码不对，还可以试 {count} 次。"),
    gettext_noop("PIN 码连续输错，已暂停使用到{date} {time}。可以用射频卡，或请督导员重设。"),
)
PATTERNS = NOTICES + REFUSALS
