"""What a country code says about a customer whose language or hours are not given."""

from __future__ import annotations

from typing import Final

from receivables.core.errors import InvalidInput

_DEFAULTS: Final[dict[str, tuple[str, str]]] = {
    "AT": ("de_AT", "Europe/Vienna"),
    "AU": ("en_AU", "Australia/Sydney"),
    "BE": ("nl_BE", "Europe/Brussels"),
    "BR": ("pt_BR", "America/Sao_Paulo"),
    "CA": ("en_CA", "America/Toronto"),
    "CH": ("de_CH", "Europe/Zurich"),
    "CN": ("zh_CN", "Asia/Shanghai"),
    "CZ": ("cs_CZ", "Europe/Prague"),
    "DE": ("de_DE", "Europe/Berlin"),
    "DK": ("da_DK", "Europe/Copenhagen"),
    "ES": ("es_ES", "Europe/Madrid"),
    "FI": ("fi_FI", "Europe/Helsinki"),
    "FR": ("fr_FR", "Europe/Paris"),
    "GB": ("en_GB", "Europe/London"),
    "IE": ("en_IE", "Europe/Dublin"),
    "IN": ("en_IN", "Asia/Kolkata"),
    "IT": ("it_IT", "Europe/Rome"),
    "JP": ("ja_JP", "Asia/Tokyo"),
    "KR": ("ko_KR", "Asia/Seoul"),
    "MX": ("es_MX", "America/Mexico_City"),
    "NL": ("nl_NL", "Europe/Amsterdam"),
    "NO": ("nb_NO", "Europe/Oslo"),
    "NZ": ("en_NZ", "Pacific/Auckland"),
    "PL": ("pl_PL", "Europe/Warsaw"),
    "PT": ("pt_PT", "Europe/Lisbon"),
    "SE": ("sv_SE", "Europe/Stockholm"),
    "SG": ("en_SG", "Asia/Singapore"),
    "US": ("en_US", "America/New_York"),
    "ZA": ("en_ZA", "Africa/Johannesburg"),
}


def defaults_of(country: str, field: str) -> tuple[str, str]:
    """Locale and time zone (of the largest city or the seat of business) of an ISO 3166 country code.

    Raises InvalidInput naming `field` for a country that is not on the list.
    """
    try:
        return _DEFAULTS[country.upper()]
    except KeyError:
        raise InvalidInput(field, f"nothing is known about {country!r}: give locale and timezone") from None
