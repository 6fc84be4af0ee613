"""Words that product teams exchange for one another in event names, and words that say little."""

from __future__ import annotations

# Words of one line mean the same; the first stands for all.
_SAME_MEANING = """
    signup register registration registered registering signedup
    login signin authenticate authenticated authentication loggedin
    logout signout loggedout
    creat create created creation add added adding new
    delete deleted deletion remove removed removal destroyed trash trashed
    start started begin began begun initiate initiated
    complete completed completion finish finished done succeeded success successful
    fail failed failure error errored
    view viewed see seen visit visited display displayed shown show impression open opened opening launch
    click clicked tap tapped press pressed
    purchase purchased buy bought order ordered
    pay paid payment payments
    cancel canceled cancelled cancellation churn churned end ended terminated
    update updated edit edited change changed modify modified save saved
    invite invited invitation invites invitations
    send sent sending
    receive received receipt
    reach reached hit exceeded
    expire expired expiry expiration lapse lapsed
    subscribe subscribed subscription subscriptions
    upgrade upgraded
    downgrade downgraded
    user users member members account accounts customer
    team teams workspace workspaces organization organisation org
    doc docs document documents
    msg message messages
    notif notification notifications
    config configuration settings setting preferences
    app application
    mail email emails
    pwd password
    plan plans tier tiers
    search searched query queried
    select selected choose chosen pick picked
    enable enabled activate activated activation
    disable disabled deactivate deactivated deactivation
    close closed dismiss dismissed
    submit submitted submission submissions post posted
    share shared sharing publish published
    connect connected connection link linked attach attached
    accept accepted acceptance approve approved approval confirm confirmed confirmation
    renew renewed renewal renewals
    schedule scheduled scheduling book booked
    verify verified verification validate validated validation
    onboarding onboarded onboard
    refund refunded refunds
    deliver delivered delivery
    export exported exports
    import imported imports
    download downloaded downloads
    upload uploaded uploads
    arrive arrived arrival
    deny denied denial reject rejected rejection decline declined
    comment commented comments reply replied replies
    transfer transferred transfers
"""
MEANING: dict[str, str] = {
    word: line.split()[0] for line in _SAME_MEANING.strip().splitlines() for word in line.split()
}

PHRASES: dict[str, str] = {
    phrase: word
    for word, phrases in {
        "signup": "sign up, signed up, signing up",
        "login": "sign in, signed in, log in, logged in",
        "logout": "sign out, signed out, log out, logged out",
        "checkout": "check out, checked out",
        "setup": "set up",
        "onboarding": "on boarding",
    }.items()
    for phrase in phrases.split(", ")
}

_SAY_LITTLE = """
    web ios android mobile desktop app client server backend frontend api event evt track tracking
    analytic analytics legacy old next beta prod the a an of to in on by for has was did is com io
    core product ev mp ga log svc servic service ui fe be perform occur happen trigger
"""
PASSING_WORDS: frozenset[str] = frozenset(_SAY_LITTLE.split())

# Words that name an outcome rather than the thing: they may come or go ("signup", "registration completed").
OUTCOME_WORDS: frozenset[str] = frozenset({"complete"})

# One of them in place of another is another event.
PLATFORMS: frozenset[str] = frozenset({"web", "ios", "android", "mobile", "desktop"})
