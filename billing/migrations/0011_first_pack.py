from django.db import migrations


def add(apps, schema_editor):
    """What is for sale on a fresh site. Nothing can be bought before an operator sets keys of Stripe."""
    apps.get_model("billing", "Pack").objects.get_or_create(
        name="115 credits", defaults={"unit": "credit", "gives": 115, "amount": 1500, "currency": "usd"}
    )


class Migration(migrations.Migration):

    dependencies = [("billing", "0010_shop")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
