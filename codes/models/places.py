"""Where a service is paid: ZIP codes, the counties of localities, and places of service."""

from django.db import models

from codes.models.fees import contractor_field, locality_field
from codes.models.release import Release


class ZipLocality(models.Model):
    """The contractor and payment locality of a five-digit ZIP code.

    `state` is the Postal Service's, save that CMS splits Missouri and Kansas (EM, WM, EK, WK).
    `rural` is empty for urban, R for rural, B for super rural (ambulance payment).
    `has_plus_four` marks a ZIP code of which CMS's nine-digit file has entries of its own: there
    a part of it may lie in another locality.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="zip_localities")
    zip_code = models.CharField("ZIP code", max_length=5, db_collation="C")
    state = models.CharField(max_length=2)
    contractor = contractor_field()
    locality = locality_field()
    rural = models.CharField("rural indicator", max_length=1, blank=True)
    has_plus_four = models.BooleanField("has ZIP+4 extensions", default=False)

    class Meta:
        verbose_name = "ZIP code's locality"
        constraints = [
            models.UniqueConstraint(
                fields=["zip_code", "release"], name="zip_code_once_per_release"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zip_code} {self.contractor}-{self.locality}"


class LocalityCounties(models.Model):
    """The counties that make up a payment locality, as CMS words them."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="locality_counties")
    contractor = contractor_field()
    locality = locality_field()
    state_name = models.CharField(max_length=60)
    area = models.CharField("fee schedule area", max_length=160)
    counties = models.TextField()

    class Meta:
        verbose_name = "locality's counties"
        verbose_name_plural = "counties of localities"
        constraints = [
            models.UniqueConstraint(
                fields=["release", "contractor", "locality", "state_name"],
                name="counties_once_per_locality_and_release",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contractor}-{self.locality} {self.area}"


class PlaceOfService(models.Model):
    """A place-of-service code of CMS's list."""

    class Rate(models.TextChoices):
        FACILITY = "facility", "Facility"
        NONFACILITY = "non-facility", "Non-facility"
        UNASSIGNED = "unassigned", "Unassigned"

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="places_of_service")
    value = models.CharField(max_length=2, db_collation="C")
    rate = models.CharField(max_length=12, choices=Rate.choices)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    class Meta:
        verbose_name = "place of service"
        verbose_name_plural = "places of service"
        constraints = [
            models.UniqueConstraint(
                fields=["value", "release"], name="place_of_service_once_per_release"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.name}"
