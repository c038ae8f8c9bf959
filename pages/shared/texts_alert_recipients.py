"""Texts of the recipients of alerts: (English, German)."""

from __future__ import annotations

RECIPIENT_TEXTS: dict[str, tuple[str, str]] = {
    "alerts.recipients.note": (
        "Written to {path}; comments there stay. Passwords and addresses that are secrets stand in "
        "the environment of the process alone: the table names the variable.",
        "Geschrieben nach {path}; Kommentare dort bleiben. Passwörter und geheime Adressen stehen "
        "allein in der Umgebung des Prozesses: Die Tabelle nennt die Variable.",
    ),
    "alerts.recipients.none": (
        "Nobody is told of alerts yet.",
        "Noch bekommt niemand Nachricht von Alarmen.",
    ),
    "alerts.recipients.mend": (
        "Add a row: a name, a way, and where to.",
        "Eine Zeile ergänzen: Name, Weg und wohin.",
    ),
    "alerts.recipients.wrong": (
        "The recipients cannot be like this; nothing was saved.",
        "So können die Empfänger nicht sein; nichts wurde gespeichert.",
    ),
    "alerts.recipients.save": ("Save recipients", "Empfänger speichern"),
    "alerts.recipients.state": ("How it goes", "Wie es läuft"),
    "alerts.test.unsaved": (
        "The test takes the table as it stands, saved or not.",
        "Der Test nimmt die Tabelle, wie sie steht, gespeichert oder nicht.",
    ),
    "alerts.to.name": ("Name", "Name"),
    "alerts.to.name.help": ("Short name, unique.", "Kurzer, eindeutiger Name."),
    "alerts.to.enabled": ("On", "An"),
    "alerts.to.enabled.help": ("Whether messages go there.", "Ob Nachrichten dorthin gehen."),
    "alerts.to.kind": ("Way", "Weg"),
    "alerts.to.kind.help": (
        "Mail, webhook, MQTT, or the log of the process.",
        "E-Mail, Webhook, MQTT oder das Protokoll des Prozesses.",
    ),
    "alerts.to.severity": ("From severity", "Ab Schwere"),
    "alerts.to.severity.help": (
        "The mildest that is told.",
        "Die mildeste, die gemeldet wird.",
    ),
    "alerts.to.to": ("Mail to", "E-Mail an"),
    "alerts.to.to.help": (
        "Addresses, several with a comma.",
        "Adressen, mehrere mit Komma.",
    ),
    "alerts.to.host": ("Server", "Server"),
    "alerts.to.host.help": ("Of mail or MQTT.", "Für E-Mail oder MQTT."),
    "alerts.to.port": ("Port", "Port"),
    "alerts.to.port.help": ("0 is the usual one.", "0 ist der übliche."),
    "alerts.to.security": ("Security", "Sicherheit"),
    "alerts.to.security.help": (
        "How the connection is encrypted.",
        "Wie die Verbindung verschlüsselt wird.",
    ),
    "alerts.to.user": ("User", "Benutzer"),
    "alerts.to.user.help": ("To sign in with.", "Zur Anmeldung."),
    "alerts.to.password_env": ("Password variable", "Variable des Passworts"),
    "alerts.to.password_env.help": (
        "Name of the variable of the environment that holds the password or token, in capitals; "
        "never the password itself.",
        "Name der Umgebungsvariablen, die Passwort oder Token enthält, in Großbuchstaben; nie das "
        "Passwort selbst.",
    ),
    "alerts.to.url": ("Address", "Adresse"),
    "alerts.to.url.help": (
        "Of a webhook, where it is no secret. Those of Slack and Teams are.",
        "Eines Webhooks, wenn sie nicht geheim ist. Die von Slack und Teams sind es.",
    ),
    "alerts.to.url_env": ("Address variable", "Variable der Adresse"),
    "alerts.to.url_env.help": (
        "Name of the variable of the environment that holds the webhook's address, in capitals.",
        "Name der Umgebungsvariablen, die die Adresse des Webhooks enthält, in Großbuchstaben.",
    ),
    "alerts.to.form": ("Form", "Form"),
    "alerts.to.form.help": (
        "What the webhook takes.",
        "Was der Webhook annimmt.",
    ),
    "alerts.to.topic": ("Topic", "Thema"),
    "alerts.to.topic.help": ("Of MQTT.", "Für MQTT."),
    "alerts.to.sender": ("Sender", "Absender"),
    "alerts.to.sender.help": (
        "Of mails; empty is ziggurat@server.",
        "Von E-Mails; leer ist ziggurat@Server.",
    ),
    "alerts.to.language": ("Language", "Sprache"),
    "alerts.to.language.help": ("Of messages.", "Der Nachrichten."),
    "alerts.to.group_s": ("Gather [s]", "Sammeln [s]"),
    "alerts.to.group_s.help": (
        "What comes within this time goes in one message.",
        "Was in dieser Zeit kommt, geht in einer Nachricht.",
    ),
    "alerts.security.none": ("none", "keine"),
    "alerts.security.starttls": ("STARTTLS", "STARTTLS"),
    "alerts.security.tls": ("TLS", "TLS"),
    "alerts.form.json": ("JSON", "JSON"),
    "alerts.form.slack": ("Slack", "Slack"),
    "alerts.form.teams": ("Teams", "Teams"),
    "alerts.language.en": ("English", "Englisch"),
    "alerts.language.de": ("German", "Deutsch"),
    # --- what cannot be ---
    "alerts.wrong.of_recipient": ("recipient {recipient}: {what}", "Empfänger {recipient}: {what}"),
    "alerts.wrong.recipient_no_name": (
        "a recipient has no name",
        "ein Empfänger hat keinen Namen",
    ),
    "alerts.wrong.recipient_twice": (
        "there are two of this name",
        "es gibt zwei mit diesem Namen",
    ),
    "alerts.wrong.recipient_value": ("this cannot be", "das kann nicht sein"),
    "alerts.wrong.recipient_needs": ("this is needed", "das wird gebraucht"),
    "alerts.wrong.recipient_url": (
        "either an address is needed or the variable that holds it, not both",
        "entweder die Adresse wird gebraucht oder die Variable, die sie enthält, nicht beides",
    ),
    "alerts.wrong.recipient_address": (
        "“Mail to” holds what is no mail address",
        "„E-Mail an“ enthält, was keine E-Mail-Adresse ist",
    ),
    "alerts.wrong.recipient_variable": (
        "the name of a variable of the environment is needed, in capitals, e.g. "
        "ZIGGURAT_MAIL_PASSWORD; what was typed is not kept",
        "der Name einer Umgebungsvariablen wird gebraucht, in Großbuchstaben, z. B. "
        "ZIGGURAT_MAIL_PASSWORD; die Eingabe wird nicht aufbewahrt",
    ),
    "alerts.wrong.recipient_secret": (
        "this address is a secret: put it into the environment and name its variable",
        "diese Adresse ist ein Geheimnis: in die Umgebung setzen und ihre Variable nennen",
    ),
    "alerts.wrong.recipient_unknown": (
        "there is no recipient “{found}”",
        "es gibt keinen Empfänger „{found}“",
    ),
}
