"""Words of control; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
CONTROL: dict[str, tuple[str, str]] = {
    "control.title": ("Control", "Steuerung"),
    "control.off": (
        "Control is off: plans are shown, nothing is sent.",
        "Die Steuerung ist aus: Pläne werden gezeigt, nichts wird gesendet.",
    ),
    "control.off.mend": (
        "docs/control.md says how a control.toml beside the store switches it on.",
        "docs/control.md sagt, wie eine control.toml neben dem Speicher sie einschaltet.",
    ),
    "control.mode.off": ("Control is off.", "Die Steuerung ist aus."),
    "control.mode.advisory": (
        "Control is advisory: setpoints are written down, no device is commanded.",
        "Die Steuerung berät: Sollwerte werden festgehalten, kein Gerät wird gesteuert.",
    ),
    "control.mode.armed": (
        "Control is armed: devices are commanded.",
        "Die Steuerung ist scharf: Geräte werden gesteuert.",
    ),
    "control.idle": (
        "No controller is at work (last seen: {seen}). By its file: {mode}",
        "Keine Steuerung ist in Betrieb (zuletzt gesehen: {seen}). Laut ihrer Datei: {mode}",
    ),
    "control.never": ("never", "nie"),
    "control.watchdog": ("Watchdog, {name}: {why}", "Überwachung, {name}: {why}"),
    "control.issued": ("Plan issued {moment}", "Plan vom {moment}"),
    "control.no_commands": ("No command was sent yet.", "Noch wurde kein Befehl gesendet."),
    "control.override.now": (
        "{name} is set to {value} kW by hand until {until}, by {by}: {why}",
        "{name} steht von Hand auf {value} kW bis {until}, durch {by}: {why}",
    ),
    # --- commands ---
    "control.column.at": ("Time", "Zeit"),
    "control.column.actuator": ("Actuator", "Stellglied"),
    "control.column.asked": ("Asked [kW]", "Gewünscht [kW]"),
    "control.column.sent": ("Sent [kW]", "Gesendet [kW]"),
    "control.column.reason": ("Reason", "Grund"),
    "control.column.outcome": ("Device", "Gerät"),
    "control.outcome.confirmed": ("confirmed", "bestätigt"),
    "control.outcome.not_confirmed": ("not confirmed", "nicht bestätigt"),
    "control.outcome.failed": ("not sent", "nicht gesendet"),
    "control.outcome.superseded": ("overtaken by the next", "vom nächsten überholt"),
    "control.outcome.unchecked": ("not checked", "nicht geprüft"),
    "control.outcome.unknown": ("open", "offen"),
    "control.reason.plan": ("plan", "Plan"),
    "control.reason.override": ("set by {by}: {why}", "gesetzt von {by}: {why}"),
    "control.reason.safe_stop": (
        "safe value: control ends",
        "sicherer Wert: die Steuerung endet",
    ),
    "control.reason.safe_no_plan": (
        "safe value: no plan can be read ({error})",
        "sicherer Wert: kein Plan ist lesbar ({error})",
    ),
    "control.reason.safe_plan_old": (
        "safe value: the plan is older than {limit_s} s",
        "sicherer Wert: der Plan ist älter als {limit_s} s",
    ),
    "control.reason.safe_plan_ahead": (
        "safe value: the plan is issued {seconds} s ahead of this clock",
        "sicherer Wert: der Plan ist dieser Uhr {seconds} s voraus",
    ),
    "control.reason.safe_plan_ended": (
        "safe value: the plan has ended",
        "sicherer Wert: der Plan ist zu Ende",
    ),
    "control.reason.safe_plan_not_begun": (
        "safe value: the plan has not begun",
        "sicherer Wert: der Plan hat nicht begonnen",
    ),
    "control.reason.safe_not_in_plan": (
        "safe value: the plan does not name this actuator",
        "sicherer Wert: der Plan nennt dieses Stellglied nicht",
    ),
    "control.reason.safe_unconfirmed": (
        "safe value: {actuator} did not confirm {kw} kW within {within_s} s",
        "sicherer Wert: {actuator} hat {kw} kW nicht binnen {within_s} s bestätigt",
    ),
    "control.reason.safe_unreachable": ("safe value: {error}", "sicherer Wert: {error}"),
    "control.limited": ("{reason}; limited by {limits}", "{reason}; begrenzt durch {limits}"),
    "control.limit.min": ("least", "Minimum"),
    "control.limit.max": ("most", "Maximum"),
    "control.limit.rate": ("rate", "Änderungsrate"),
    "control.limit.hold": ("holding time", "Haltezeit"),
    # --- by hand ---
    "control.no_sign_in": (
        "Values are set by hand by signed-in users only, and no sign-in is configured.",
        "Von Hand setzen nur angemeldete Personen Werte, und keine Anmeldung ist eingerichtet.",
    ),
    "control.no_sign_in.mend": (
        "Describe an OpenID Connect provider under [auth] in .streamlit/secrets.toml; "
        "docs/control.md has the lines.",
        "Einen OpenID-Connect-Anbieter unter [auth] in .streamlit/secrets.toml beschreiben; "
        "docs/control.md nennt die Zeilen.",
    ),
    "control.sign_in": (
        "Sign in to set a value by hand.",
        "Zum Setzen eines Werts von Hand bitte anmelden.",
    ),
    "control.sign_in.button": ("Sign in", "Anmelden"),
    "control.not_you": (
        "{name} is not among those who may set values by hand (may_override in control.toml).",
        "{name} gehört nicht zu denen, die Werte setzen dürfen (may_override in control.toml).",
    ),
    "control.override.kw": ("Value [kW]", "Wert [kW]"),
    "control.override.for": ("For", "Für"),
    "control.override.why": ("Why", "Warum"),
    "control.override.set": ("Set by hand", "Von Hand setzen"),
    "control.override.end": ("Follow the plan again", "Wieder dem Plan folgen"),
    "control.override.note": (
        "Goes before the plan, within the limits, until its time is over. Kept with the name {by}.",
        "Geht dem Plan vor, innerhalb der Grenzen, bis die Zeit um ist. Festgehalten mit dem "
        "Namen {by}.",
    ),
    "control.missing.why": ("Say why in the field “Why”.", "Im Feld „Warum“ den Grund angeben."),
    "control.missing.by": ("The name is missing.", "Der Name fehlt."),
    "control.missing.kw": ("The value is no number.", "Der Wert ist keine Zahl."),
    "control.missing.until": (
        "The time must lie within the next 7 days.",
        "Die Zeit muss in den nächsten 7 Tagen liegen.",
    ),
}
