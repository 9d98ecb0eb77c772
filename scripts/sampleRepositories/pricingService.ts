import { workflow } from './workflow.ts';

/** A service in Python that quotes prices. */
export const pricingService = {
  '.github/workflows/ci.yml': workflow('ubuntu-20.04', ['pip install -e .[test]', 'pytest']),
  'pyproject.toml': `[project]
name = "pricing-service"
version = "1.8.3"
requires-python = ">=3.9"

[project.optional-dependencies]
test = ["pytest"]
`,
  'pricing/__init__.py': '',
  'pricing/quotes.py': `"""Quotes: a price that holds for a while."""
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta


@dataclass(frozen=True)
class Quote:
    article: str
    cents: int
    valid_until: datetime


def quote(article: str, cents: int, minutes: int = 30) -> Quote:
    return Quote(article, cents, datetime.utcnow() + timedelta(minutes=minutes))


def is_valid(quote: Quote) -> bool:
    return datetime.utcnow() < quote.valid_until
`,
  'tests/test_quotes.py': `from pricing.quotes import is_valid, quote


def test_a_fresh_quote_is_valid():
    assert is_valid(quote("lamp", 4900))


def test_an_old_quote_is_not():
    assert not is_valid(quote("lamp", 4900, minutes=-1))
`,
};
