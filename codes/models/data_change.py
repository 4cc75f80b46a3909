"""That something changed which code pages are made of: the ground of the version of the data."""

from django.db import models


class DataChange(models.Model):
    """A statement that touched a table of codes, releases, descriptions or texts.

    Triggers write the rows (`0009_data_changes`), so that it is the same whether an action, the
    admin, a shell or COPY made the change. Facts need none: they come, go and show themselves
    only together with their release's row.

    The sum of the weights is the version of the data. It grows with every commit that changed
    something and no two states share it; ids would not do, as they do not follow the order of
    commits. Weights are random, so that a database restored from a backup does not come upon a
    version that it had before and that now means something else.
    """

    # A scalar expression, to be read in a round trip that is made anyway.
    VERSION = "(SELECT coalesce(sum(weight), 0)::bigint FROM codes_datachange)"

    weight = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.weight)
