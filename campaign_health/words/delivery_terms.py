"""The words of the page Delivery, each in one or two sentences."""

from __future__ import annotations

from campaign_health.words.term import Term

DELIVERY_TERMS = (
    Term(
        "Mode",
        "*Live*: Customer.io is told. *Shadow*: all but the telling is done, to see what would be told. *Off*: nothing "
        "is done.",
    ),
    Term("In Customer.io", "The event's name there, where it is another than in your product."),
    Term("Waiting", "Received and not sent yet: its turn comes, or Customer.io takes nothing just now."),
    Term(
        "Kept back",
        "Held on purpose, because the event does not look as the campaign needs it. It goes out once it is mended or "
        "somebody lets it go, unless it is too late by then. Commands say *held*.",
    ),
    Term(
        "Could not be delivered",
        "The event does not fit, or Customer.io refused it for good. It is kept for a week with its reason, and can be "
        "sent again. Commands say *dead*: a dead letter.",
    ),
    Term("Only in shadow", "It would have been sent if the event were live."),
    Term("Had it already", "The person got this event within the time in which once is enough."),
    Term("Given up", "Too old to be sent, or dropped by somebody: it was never sent late."),
    Term("Promise", "How soon after the event the campaign is to send its message, as the manifest says."),
    Term("Late", "Messages that came later than promised."),
    Term("Sent nothing", "People whom Customer.io has sent no message after the event."),
    Term("Cannot be told yet", "People of whom Customer.io has not said yet what became of their message."),
    Term("Cohort", "A list of people that Mixpanel or Amplitude keeps, and that a segment in Customer.io follows."),
    Term("To add", "People who are in the cohort and not in its segment yet."),
    Term("To remove", "People who are in the segment and not in the cohort any more."),
    Term("Unknown to Customer.io", "People of the cohort whom Customer.io does not have; they are tried again daily."),
)
