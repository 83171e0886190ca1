"""The stages, one per file, and the measures of Aggregate."""

from lapipe.stages.aggregate import Aggregate
from lapipe.stages.consent import Consent
from lapipe.stages.derive import Derive
from lapipe.stages.extract import Extract
from lapipe.stages.flag import Flag
from lapipe.stages.generalise import Generalise
from lapipe.stages.join import Join
from lapipe.stages.k_anonymise import KAnonymise
from lapipe.stages.measures import Count, Deviation, Mean, Median, Share, Sum
from lapipe.stages.minimise import Minimise
from lapipe.stages.object import Object
from lapipe.stages.pseudonymise import Pseudonymise
from lapipe.stages.redact import Redact
from lapipe.stages.release import Release
from lapipe.stages.retain import Retain
from lapipe.stages.scrub import Scrub
from lapipe.stages.validate import Validate
from lapipe.stages.where import Where

__all__ = [
    "Aggregate", "Consent", "Count", "Derive", "Deviation", "Extract", "Flag", "Generalise", "Join", "KAnonymise", "Mean", "Median", "Minimise", "Object",
    "Pseudonymise", "Redact", "Release", "Retain", "Scrub", "Share", "Sum", "Validate", "Where",
]
