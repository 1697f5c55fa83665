from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0007_whose_sentence_was_screened")]

    operations = [
        migrations.AddField(
            model_name="reviewer",
            name="hard_a_day",
            field=models.PositiveSmallIntegerField(
                db_default=100,
                default=100,
                help_text="So many cases that are hard to look at; 0: as many as come.",
            ),
        ),
    ]
