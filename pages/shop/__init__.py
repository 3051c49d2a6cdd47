"""The shops' screens (兑换商户): type or scan a code, hand out, see the day and the month."""
