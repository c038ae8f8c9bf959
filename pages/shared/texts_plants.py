"""Words of the form that describes a PV plant; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
PLANTS: dict[str, tuple[str, str]] = {
    "data.section.plants": ("Plants", "PV-Anlagen"),
    "plants.title": ("PV plants", "PV-Anlagen"),
    "plants.file": ("Written to {path}", "Gespeichert in {path}"),
    "plants.file_wrong": (
        "The file of the plants is wrong; mend the line that is named.",
        "Die Datei der Anlagen ist fehlerhaft; bitte die genannte Zeile berichtigen.",
    ),
    "plants.one_wrong": (
        "Plant {name} is wrong in the file; the others count. Mend the line that is named.",
        "Anlage {name} ist in der Datei fehlerhaft; die anderen gelten. Bitte die genannte Zeile "
        "berichtigen.",
    ),
    "plants.refused": (
        "{device} is no described plant: enter it here, or its facts under manual entry.",
        "{device} ist keine beschriebene Anlage: hier eingeben oder Angaben unter Handeingabe.",
    ),
    "plants.choose": ("Plant", "Anlage"),
    "plants.new": ("New plant ...", "Neue Anlage ..."),
    "plants.size": (
        "{kwp} kWp · arrays: {arrays} · inverters: {inverters} · sensors: {sensors}",
        "{kwp} kWp · Teilgeneratoren: {arrays} · Wechselrichter: {inverters} · Sensoren: {sensors}",
    ),
    "plants.from_facts": (
        "known from the facts of its device; saving writes it down",
        "bekannt aus den Angaben des Geräts; Speichern schreibt sie fest",
    ),
    "plants.assumed": (
        "Defaults stand in for: {names}",
        "Vorgabewerte stehen für: {names}",
    ),
    "plants.not_in_store": (
        "The plant names what this store does not have.",
        "Die Anlage nennt etwas, das dieser Speicher nicht hat.",
    ),
    "plants.save": ("Save plant", "Anlage speichern"),
    "plants.remove": ("Take out", "Entfernen"),
    "plants.saved": ("Plant {name} is saved.", "Anlage {name} ist gespeichert."),
    "plants.removed": ("Plant {name} is taken out.", "Anlage {name} ist entfernt."),
    "plants.not_written": (
        "The plant was not written.",
        "Die Anlage wurde nicht gespeichert.",
    ),
    # --- fields ---
    "plants.field.name": ("Name", "Name"),
    "plants.field.latitude": ("Latitude [°]", "Breite [°]"),
    "plants.field.longitude": ("Longitude [°]", "Länge [°]"),
    "plants.field.altitude_m": ("Altitude [m]", "Höhe [m]"),
    "plants.field.zone": ("Time zone", "Zeitzone"),
    "plants.field.horizon": (
        "Horizon [°]: elevations in equal steps from north over east, or pairs “azimuth "
        "elevation”, parted by semicolons",
        "Horizont [°]: Höhen in gleichen Schritten von Nord über Ost, oder Paare „Azimut Höhe“, "
        "durch Strichpunkt getrennt",
    ),
    "plants.field.losses": ("Losses [ratio]", "Verluste [Anteil]"),
    "plants.field.albedo": ("Albedo [ratio]", "Albedo [Anteil]"),
    "plants.field.export_limit_kw": ("Export limit [kW]", "Einspeisegrenze [kW]"),
    "plants.field.meter_class": ("Class of the meter", "Klasse des Zählers"),
    "plants.field.device": ("Device", "Gerät"),
    "plants.field.weather": ("Weather device", "Wettergerät"),
    "plants.field.tilt": ("Tilt [°]", "Neigung [°]"),
    "plants.field.azimuth": ("Azimuth [°], south 180", "Azimut [°], Süd 180"),
    "plants.field.kwp": ("Power [kWp]", "Leistung [kWp]"),
    "plants.field.gamma_pdc": ("Temp. coefficient [1/K]", "Temperaturkoeffizient [1/K]"),
    "plants.field.mounting": ("Mounting", "Montage"),
    "plants.field.module": ("Module", "Modul"),
    "plants.field.temp_model": ("Cell temperature by", "Zelltemperatur nach"),
    "plants.field.inverter": ("Inverter", "Wechselrichter"),
    "plants.field.strings": ("String signals", "Strangsignale"),
    "plants.field.ac_limit_kw": ("AC limit [kW]", "AC-Grenze [kW]"),
    "plants.field.efficiency": ("Efficiency [ratio]", "Wirkungsgrad [Anteil]"),
    "plants.field.ac_power": ("AC power signals", "Signale AC-Leistung"),
    "plants.field.dc_power": ("DC power signals", "Signale DC-Leistung"),
    "plants.field.energy": ("Energy signals", "Signale Energie"),
    "plants.field.measures": ("Measures", "Messgröße"),
    "plants.field.signal": ("Signal", "Signal"),
    "plants.field.array": ("Array", "Teilgenerator"),
    "plants.field.uncertainty": ("Class (IEC 61724-1)", "Klasse (IEC 61724-1)"),
    "plants.table.array": ("Arrays", "Teilgeneratoren"),
    "plants.table.inverter": ("Inverters", "Wechselrichter"),
    "plants.table.sensor": ("Sensors", "Sensoren"),
    # --- what is wrong ---
    "plants.fault.where": ("{table}, row {row}, {field}", "{table}, Zeile {row}, {field}"),
    "plants.fault.missing": ("is missing", "fehlt"),
    "plants.fault.unknown": ("is not known here", "ist hier nicht bekannt"),
    "plants.fault.number": ("is no number", "ist keine Zahl"),
    "plants.fault.range": ("is out of bounds", "liegt außerhalb der Grenzen"),
    "plants.fault.plant_zone": (
        "{zone} is no time zone, e.g. Europe/Berlin, UTC or -07:00",
        "{zone} ist keine Zeitzone, z. B. Europe/Berlin, UTC oder -07:00",
    ),
    "plants.fault.plant_horizon": (
        "azimuths are 0 to 360°, elevations 0 to 90°",
        "Azimute liegen bei 0 bis 360°, Höhen bei 0 bis 90°",
    ),
    "plants.fault.plant_horizon_twice": (
        "an azimuth is named twice",
        "ein Azimut ist zweimal genannt",
    ),
    "plants.fault.plant_faiman": (
        "Faiman's model has no figures for this mounting; take sapm or pvsyst",
        "Das Modell nach Faiman hat keine Werte für diese Montage; bitte sapm oder pvsyst",
    ),
    "plants.fault.plant_twice": (
        "Two rows are named {name}; give each its name.",
        "Zwei Zeilen heißen {name}; bitte eindeutig benennen.",
    ),
    "plants.fault.plant_no_inverter": (
        "Array {name} names no inverter; one of {known}.",
        "Teilgenerator {name} nennt keinen Wechselrichter; einen von {known}.",
    ),
    "plants.fault.plant_inverter": (
        "Array {name} feeds {inverter}, none of {known}.",
        "Teilgenerator {name} speist {inverter}, keinen von {known}.",
    ),
    "plants.fault.plant_sensor": (
        "Sensor {name} is at {array}, none of {known}.",
        "Sensor {name} steht bei {array}, keinem von {known}.",
    ),
    "plants.fault.plant_sensor_twice": (
        "Two sensors name the signal {name}.",
        "Zwei Sensoren nennen das Signal {name}.",
    ),
    "plants.fault.plant_no_device": (
        "Sensor {name} names no device, nor does the plant.",
        "Sensor {name} nennt kein Gerät, die Anlage auch nicht.",
    ),
    "plants.expect.latitude": ("−90 to 90°, north positive", "−90 bis 90°, Nord positiv"),
    "plants.expect.longitude": ("−180 to 180°, east positive", "−180 bis 180°, Ost positiv"),
    "plants.expect.tilt": ("0 to 90° from the horizontal", "0 bis 90° gegen die Waagerechte"),
    "plants.expect.azimuth": (
        "0 to 360° from north over east; south is 180",
        "0 bis 360° von Nord über Ost; Süd ist 180",
    ),
    "plants.expect.kwp": ("greater than 0", "größer als 0"),
    "plants.expect.gamma_pdc": ("−0.02 to 0 per kelvin", "−0,02 bis 0 je Kelvin"),
    "plants.expect.efficiency": ("0.5 to 1", "0,5 bis 1"),
    "plants.expect.meter_class": (
        "0.2S, 0.5S, 0.5, 1, 2 (IEC 62053), A, B or C (MID)",
        "0.2S, 0.5S, 0.5, 1, 2 (IEC 62053), A, B oder C (MID)",
    ),
    "plants.expect.losses": ("0 to 1", "0 bis 1"),
    "plants.expect.albedo": ("0 to 1", "0 bis 1"),
    "plants.expect.array": ("at least one row", "mindestens eine Zeile"),
}
