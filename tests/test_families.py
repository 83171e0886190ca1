"""Every family of exports in the samples is read by a contract that ships, with as many rows as an independent count finds.

The count is Python's: `csv` records after the header, or the lines of a JSON-lines or fixed-width file that are not blank.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from lapipe.contract import Contract, load_contract
from lapipe.engine import open_engine
from lapipe.errors import ContractBroken
from lapipe.readers import open_source
from tests.projects import ROOT
