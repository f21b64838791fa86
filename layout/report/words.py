"""Name posts and kinds of zone in the reader's language; a planner's own are shown as words."""

from __future__ import annotations

from layout.posts.catalogue import read_catalogue
from outlet.handover import WEEKDAYS
from outlet.page import translate


def post_name(post: str, language: str) -> str:
    """Return the name of a post; a teller of any sector is a counter clerk."""
    _ = translate(language)
    if post in ("teller", "total"):
        return _("Counter clerk") if post == "teller" else _("Total")
    known = {role.id: role.name for role in read_catalogue().roles}
    return _(known[post]) if post in known else as_words(post)


def zone_name(kind: str, name: str, language: str) -> str:
    """Return the name of a zone."""
    return translate(language)(name or as_words(kind))


def service_name(service: str, language: str) -> str:
    """Return the name of a service."""
    _ = translate(language)
    names = {
        "cash": _("Cash in and out"),
        "payment": _("Transfers and payments"),
        "account": _("Accounts and cards"),
        "enquiry": _("Enquiries"),
        "complaint": _("Complaints"),
        "advice": _("Advice"),
        "vip": _("VIP customers"),
        "top_up": _("Bill payment and top-up"),
        "bill": _("Bills and account questions"),
        "sim_card": _("SIM cards and contracts"),
        "handset": _("Handsets and accessories"),
        "data_service": _("Home network and data services"),
        "collect": _("Collecting a parcel"),
        "send": _("Sending a parcel"),
        "return": _("Returns"),
        "claim": _("Lost and damaged parcels"),
        "business": _("Business customers"),
        "checkout": _("Checkout"),
        "club": _("Customer club"),
    }
    return names.get(service, as_words(service))


def machine_name(kind: str, language: str) -> str:
    """Return the name of a kind of machine."""
    _ = translate(language)
    names = {
        "cash_machine": _("Cash machine"),
        "query_machine": _("Query and payment machine"),
        "payment_kiosk": _("Payment kiosk"),
        "bill_printer": _("Bill printer"),
        "parcel_terminal": _("Parcel terminal"),
        "label_printer": _("Label printer"),
        "self_checkout": _("Self-checkout"),
    }
    return names.get(kind, as_words(kind))


def weekday_name(day: str, language: str) -> str:
    """Return the name of a weekday (mon … sun) in full."""
    from babel.dates import get_day_names

    from outlet.page.words import LOCALES

    names = get_day_names("wide", locale=LOCALES[language])
    return str(names[next(at for at, name in enumerate(WEEKDAYS) if name == day)]) if day in WEEKDAYS else day


def as_words(identifier: str) -> str:
    """Return an id as words.

    >>> as_words("parcel_clerk")
    'Parcel clerk'
    """
    text = identifier.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
