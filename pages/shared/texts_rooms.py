"""Words of the section on rooms; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
ROOMS: dict[str, tuple[str, str]] = {
    "dispatch.section.rooms": ("Rooms", "Räume"),
    "rooms.none": (
        "No room temperature is measured.",
        "Keine Raumtemperatur wird gemessen.",
    ),
    "rooms.none.mend": (
        "A signal like bath_room_temperature, with a heating power and an outdoor temperature of "
        "the same device, or rooms named in the settings of the plan.",
        "Ein Signal wie bath_room_temperature, mit Heizleistung und Außentemperatur am selben "
        "Gerät, oder Räume in den Einstellungen des Plans.",
    ),
    "rooms.room": ("Room", "Raum"),
    "rooms.days": ("Newest days", "Neueste Tage"),
    "rooms.busy": ("Fitting models of the room", "Modelle des Raums werden angepasst"),
    "rooms.refused": (
        "There is no thermal model of this room.",
        "Für diesen Raum gibt es kein thermisches Modell.",
    ),
    "rooms.refused.note": (
        "The data identify none; the reasons are below.",
        "Die Daten bestimmen keines; die Gründe stehen unten.",
    ),
    "rooms.refusal.no_signals": (
        "Its heat or the outdoor temperature is not measured: name them in the settings as heat of "
        "the room and outdoor of [heating].",
        "Heizleistung oder Außentemperatur ist nicht gemessen: in den Einstellungen als heat des "
        "Raums und outdoor von [heating] nennen.",
    ),
    "rooms.refusal.short": (
        "There is less than a day of readings.",
        "Es gibt weniger als einen Tag Messwerte.",
    ),
    "rooms.refusal.inputs": (
        "Temperature, heat and outdoor temperature are never measured together.",
        "Temperatur, Heizleistung und Außentemperatur sind nie zugleich gemessen.",
    ),
    "rooms.title": (
        "{name}: {hours} h that were not fitted are simulated to {rmse} K",
        "{name}: {hours} h außerhalb der Anpassung sind auf {rmse} K genau simuliert",
    ),
    "rooms.simulated": ("Simulated", "Simuliert"),
    "rooms.measured": ("Measured", "Gemessen"),
    "rooms.begin": ("not fitted from here", "ab hier nicht angepasst"),
    "rooms.course.note": (
        "Heat and outdoor temperature as they were measured; the band of 80 % holds parameters and "
        "what noise of the room adds up to. {inside} % of the readings lie within it.",
        "Heizleistung und Außentemperatur wie gemessen; das Band von 80 % enthält Parameter und "
        "was Rauschen des Raums aufsummiert. {inside} % der Messwerte liegen darin.",
    ),
    "rooms.floor": ("at its floor", "an der Untergrenze"),
    "rooms.column.model": ("Model", "Modell"),
    "rooms.column.parameter": ("Parameter", "Parameter"),
    "rooms.column.value": ("Value", "Wert"),
    "rooms.column.interval": ("95 % interval", "95-%-Intervall"),
    "rooms.column.unit": ("Unit", "Einheit"),
    "rooms.model.refused": ("refused: {why}", "abgelehnt: {why}"),
    "rooms.parameter.r": ("Resistance to outdoors", "Widerstand nach außen"),
    "rooms.parameter.r_in": ("Resistance from air to mass", "Widerstand Luft zu Masse"),
    "rooms.parameter.r_out": (
        "Resistance from mass to outdoors",
        "Widerstand Masse nach außen",
    ),
    "rooms.parameter.c": ("Heat capacity", "Wärmekapazität"),
    "rooms.parameter.c_air": ("Heat capacity of the air", "Wärmekapazität der Luft"),
    "rooms.parameter.c_mass": ("Heat capacity of the mass", "Wärmekapazität der Masse"),
    "rooms.parameter.a": ("Aperture for the sun", "Wirksame Fläche für die Sonne"),
    "rooms.parameter.gain": ("Constant heat of people", "Konstante Wärme von Personen"),
    "rooms.parameter.noise_air": ("Noise of the air", "Rauschen der Luft"),
    "rooms.parameter.noise_mass": ("Noise of the mass", "Rauschen der Masse"),
    "rooms.parameter.noise_seen": ("Noise of the thermometer", "Rauschen des Thermometers"),
    "rooms.errors": (
        "{kind}: one step {step} K, simulated {rmse} K; {white} (Ljung and Box p {p}, periodogram "
        "departs by {departure}, band {band}).",
        "{kind}: ein Schritt {step} K, simuliert {rmse} K; {white} (Ljung und Box p {p}, "
        "Periodogramm weicht um {departure} ab, Band {band}).",
    ),
    "rooms.source": (
        "{signal}, heated by {heat}, outdoors {outdoor} · {span} · {count} values of {minutes} "
        "min, the longest stretch without a gap · * to plan with",
        "{signal}, beheizt durch {heat}, außen {outdoor} · {span} · {count} Werte zu {minutes} "
        "min, das längste Stück ohne Lücke · * zum Planen",
    ),
    "rooms.heat": (
        "{names} (electric, {factor} kWh of heat per kWh)",
        "{names} (elektrisch, {factor} kWh Wärme je kWh)",
    ),
    "rooms.sun": (
        "Sun is fitted, but plans do not know it.",
        "Sonne ist angepasst, Pläne kennen sie aber nicht.",
    ),
    "rooms.lines": (
        "Lines for the settings file of the plan, beside the store; comfort bands and relays are "
        "added there.",
        "Zeilen für die Einstellungsdatei des Plans neben dem Speicher; Komfortbänder und Relais "
        "kommen dort dazu.",
    ),
}
