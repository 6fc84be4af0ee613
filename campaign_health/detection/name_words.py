"""Words that product teams exchange for one another in event names, and words that say little."""

from __future__ import annotations

_SAME_MEANING: tuple[tuple[str, ...], ...] = (
    ("signup", "register", "registration", "registered", "registering", "signedup"),
    ("login", "signin", "authenticate", "authenticated", "authentication", "loggedin"),
    ("logout", "signout", "loggedout"),
    ("creat", "create", "created", "creation", "add", "added", "adding", "new"),
    ("delete", "deleted", "deletion", "remove", "removed", "removal", "destroyed"),
    ("start", "started", "begin", "began", "begun", "initiate", "initiated"),
    ("complete", "completed", "completion", "finish", "finished", "done", "succeeded", "success", "successful"),
    ("fail", "failed", "failure", "error", "errored"),
    ("view", "viewed", "see", "seen", "visit", "visited", "display", "displayed", "shown", "show", "impression"),
    ("click", "clicked", "tap", "tapped", "press", "pressed"),
    ("purchase", "purchased", "buy", "bought", "order", "ordered"),
    ("pay", "paid", "payment", "payments"),
    ("cancel", "canceled", "cancelled", "cancellation", "churn", "churned"),
    ("update", "updated", "edit", "edited", "change", "changed", "modify", "modified"),
    ("invite", "invited", "invitation", "invites", "invitations"),
    ("send", "sent", "sending"),
    ("receive", "received", "receipt"),
    ("reach", "reached", "hit", "exceeded"),
    ("expire", "expired", "expiry", "expiration"),
    ("subscribe", "subscribed", "subscription", "subscriptions"),
    ("upgrade", "upgraded"),
    ("downgrade", "downgraded"),
    ("user", "users", "member", "members", "account", "accounts", "customer"),
    ("team", "teams", "workspace", "workspaces", "organization", "organisation", "org"),
    ("doc", "docs", "document", "documents"),
    ("msg", "message", "messages"),
    ("notif", "notification", "notifications"),
    ("config", "configuration", "settings", "setting", "preferences"),
    ("app", "application"),
    ("mail", "email", "emails"),
    ("pwd", "password"),
    ("plan", "plans", "tier", "tiers"),
    ("search", "searched", "query", "queried"),
    ("select", "selected", "choose", "chosen", "pick", "picked"),
    ("enable", "enabled", "activate", "activated", "activation"),
    ("disable", "disabled", "deactivate", "deactivated", "deactivation"),
    ("open", "opened", "opening", "launch"),
    ("close", "closed", "dismiss", "dismissed"),
    ("submit", "submitted", "submission", "submissions", "post", "posted"),
    ("share", "shared", "sharing", "publish", "published"),
    ("connect", "connected", "connection", "link", "linked", "attach", "attached"),
    ("accept", "accepted", "acceptance", "approve", "approved", "approval", "confirm", "confirmed", "confirmation"),
    ("save", "saved", "store", "stored"),
    ("renew", "renewed", "renewal", "renewals"),
    ("schedule", "scheduled", "scheduling", "book", "booked"),
    ("verify", "verified", "verification", "validate", "validated", "validation"),
    ("onboarding", "onboarded", "onboard"),
    ("refund", "refunded", "refunds"),
    ("deliver", "delivered", "delivery"),
    ("export", "exported", "exports"),
    ("import", "imported", "imports"),
    ("download", "downloaded", "downloads"),
    ("upload", "uploaded", "uploads"),
    ("arrive", "arrived", "arrival"),
    ("deny", "denied", "denial", "reject", "rejected", "rejection", "decline", "declined"),
    ("comment", "commented", "comments", "reply", "replied", "replies"),
    ("transfer", "transferred", "transfers"),
)
MEANING: dict[str, str] = {word: group[0] for group in _SAME_MEANING for word in group}

PHRASES: dict[str, str] = {
    "sign up": "signup",
    "signed up": "signup",
    "signing up": "signup",
    "sign in": "login",
    "signed in": "login",
    "log in": "login",
    "logged in": "login",
    "sign out": "logout",
    "signed out": "logout",
    "log out": "logout",
    "logged out": "logout",
    "check out": "checkout",
    "checked out": "checkout",
    "set up": "setup",
    "on boarding": "onboarding",
}

PASSING_WORDS: frozenset[str] = frozenset(
    {
        "web", "ios", "android", "mobile", "desktop", "app", "client", "server", "backend", "frontend", "api",
        "event", "evt", "track", "tracking", "analytic", "analytics", "legacy", "old", "next", "beta", "prod",
        "the", "a", "an", "of", "to", "in", "on", "by", "for", "has", "was", "did", "is", "com", "io", "core", "product",
        "ev", "mp", "ga", "log", "svc", "servic", "service", "ui", "fe", "be", "perform", "occur", "happen", "trigger",
    }
)  # fmt: skip

# Words that name an outcome rather than the thing: they may come or go in a rename ("signup", "registration completed").
OUTCOME_WORDS: frozenset[str] = frozenset({"complete"})
