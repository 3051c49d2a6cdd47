"""The catalogue: Shop, Reward, and the StockMovements by which a reward's stock can be proved."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Community


class ShopKind(models.TextChoices):
    """Who hands out."""

    SHOP = "SHOP", "商户"
    POINT = "POINT", "兑换点"


class Shop(models.Model):
    """商户 or 兑换点: hands out rewards. Its people sign in by RoleGrant(role=SHOP, scope_kind=SHOP, scope_id=its key).

    At a redemption point the guides of its community hand out as well. The contact is made public.
    """

    kind = models.CharField("种类", max_length=8, choices=ShopKind.choices, default=ShopKind.SHOP)
    name = models.CharField("名称", max_length=80, unique=True)
    address = models.CharField("地址", max_length=200, blank=True)
    community = models.ForeignKey(
        Community,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shops",
        verbose_name="所在小区",
        help_text="兑换点必填:该小区的督导员也可以在这里发放",
    )
    latitude = models.FloatField("纬度", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    contact = models.CharField("联系方式", max_length=80, blank=True, help_text="居民看得到")
    is_active = models.BooleanField("营业", default=True)

    class Meta:
        verbose_name = "商户"
        verbose_name_plural = "商户"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ShopKind.values), name="shop_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind="POINT") | Q(community__isnull=False),
                name="shop_point_of_a_community",
                violation_error_message="兑换点要写明所在小区。",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True) | Q(latitude__range=(-90, 90)), name="shop_latitude"
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True) | Q(longitude__range=(-180, 180)), name="shop_longitude"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LimitPeriod(models.TextChoices):
    """What a household's limit is counted over, in local calendar time."""

    DAY = "DAY", "每天"
    MONTH = "MONTH", "每月"
    YEAR = "YEAR", "每年"
    EVER = "EVER", "总共"


class Reward(models.Model):
    """奖品: what `points` are exchanged for. `stock_count` is empty where the stock is unlimited, and stays empty.

    stock_count = its StockMovements - the quantities of its redemptions that are reserved or collected; only
    points.services write it. `picture` names two WebP files under the state folder.
    """

    name = models.CharField("名称", max_length=80)
    description = models.CharField("说明", max_length=500, blank=True)
    points = models.IntegerField("积分")
    stock_count = models.IntegerField("库存", null=True, blank=True)
    household_limit = models.PositiveIntegerField("每户限兑", null=True, blank=True, help_text="空 = 不限")
    limit_period = models.CharField("限兑周期", max_length=8, choices=LimitPeriod.choices, default=LimitPeriod.MONTH)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True, help_text="最后一天也可以兑换")
    is_offered = models.BooleanField("上架", default=True)
    picture = models.CharField("图片", max_length=64, blank=True, editable=False)
    shops = models.ManyToManyField(Shop, related_name="rewards", verbose_name="领取地点")

    class Meta:
        verbose_name = "奖品"
        verbose_name_plural = "奖品"
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gt=0), name="reward_points_positive", violation_error_message="积分要大于 0。"
            ),
            models.CheckConstraint(
                condition=Q(stock_count__isnull=True) | Q(stock_count__gte=0), name="reward_stock_never_negative"
            ),
            models.CheckConstraint(
                condition=Q(household_limit__isnull=True) | Q(household_limit__gt=0),
                name="reward_limit_positive",
                violation_error_message="每户限兑要大于 0;不限就留空。",
            ),
            models.CheckConstraint(condition=Q(limit_period__in=LimitPeriod.values), name="reward_limit_period_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="reward_days_in_order",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StockMovementKind(models.TextChoices):
    """Why the stock changed otherwise than by a redemption."""

    DELIVERY = "DELIVERY", "进货"
    CORRECTION = "CORRECTION", "更正"


class StockMovement(models.Model):
    """库存变动: pieces that came (or, corrected, went). Append-only: a mistake is corrected by another movement."""

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="stock_movements", verbose_name="奖品")
    kind = models.CharField("种类", max_length=12, choices=StockMovementKind.choices)
    quantity = models.IntegerField("数量")
    reason = models.CharField("原因", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="经办")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "库存变动"
        verbose_name_plural = "库存变动"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="DELIVERY", quantity__gt=0) | (Q(kind="CORRECTION") & ~Q(quantity=0) & ~Q(reason="")),
                name="stock_movement_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reward} {self.quantity:+d}"
