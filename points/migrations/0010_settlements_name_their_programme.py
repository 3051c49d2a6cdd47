"""Days that were settled before name the programme that rated them: the one that held, by the household's community."""

from django.db import migrations

FILL = """
    UPDATE points_daysettlement SET programme_id = (
        SELECT p.id FROM points_programme p
        JOIN households_household h ON h.id = points_daysettlement.household_id
        WHERE p.holds_from <= points_daysettlement.occurred_on
          AND (p.community_id IS NULL OR p.community_id = h.community_id)
        ORDER BY p.community_id IS NULL, p.holds_from DESC LIMIT 1)
    WHERE programme_id IS NULL"""


class Migration(migrations.Migration):
    dependencies = [("points", "0009_sub_classes_streaks_and_the_programme_of_a_day")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
