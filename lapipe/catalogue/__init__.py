"""What a data catalogue is told of runs and deletions, as OpenLineage events made from the register; the register stays the record."""

from lapipe.catalogue.sending import KEY, KINDS, Flushed, Telling, flush, skip

__all__ = ["KEY", "KINDS", "Flushed", "Telling", "flush", "skip"]
