"""Words of the Dispatch page; merged into `pages.shared.texts.TEXTS`."""

from __future__ import annotations

# key: (English, German).
DISPATCH: dict[str, tuple[str, str]] = {
    "nav.dispatch": ("Dispatch", "Einsatzplan"),
    "dispatch.section": ("Section", "Abschnitt"),
    "dispatch.section.plan": ("Plan", "Plan"),
    "dispatch.section.sizing": ("Sizing", "Auslegung"),
    "dispatch.section.year": ("Year", "Jahr"),
    "dispatch.section.control": ("Control", "Steuerung"),
    "dispatch.section.strategy": ("Weights", "Gewichte"),
    # --- nothing to plan ---
    "dispatch.none": (
        "No device of this store measures a load.",
        "Kein Gerät dieses Speichers misst eine Last.",
    ),
    "dispatch.none.mend": (
        "A plan needs a meter with active power.",
        "Ein Plan braucht einen Zähler mit Wirkleistung.",
    ),
    "dispatch.devices": (
        "No plan can be made of these devices.",
        "Aus diesen Geräten lässt sich kein Plan machen.",
    ),
    "dispatch.at_connection": (
        "{device} measures the connection of the site: what the battery did is in its readings.",
        "{device} misst den Netzanschluss: Was die Batterie tat, steckt in seinen Messwerten.",
    ),
    "dispatch.unknown": (
        "There is no choice “{name}” here; shown is: {shown}.",
        "Eine Auswahl „{name}“ gibt es hier nicht; gezeigt ist: {shown}.",
    ),
    "dispatch.unknown.mend": (
        "Choose another one above, at {pick}.",
        "Oben bei {pick} anders wählen.",
    ),
    "dispatch.few": (
        "There are too few readings for a plan.",
        "Für einen Plan gibt es zu wenige Messwerte.",
    ),
    "dispatch.no_battery": (
        "No battery: its size is not known.",
        "Keine Batterie: Ihre Größe ist nicht bekannt.",
    ),
    "dispatch.no_battery.mend": (
        "Set capacity and power below What if.",
        "Kapazität und Leistung unter Was wäre, wenn angeben.",
    ),
    # --- choices ---
    "dispatch.pick.load": ("Load", "Last"),
    "dispatch.pick.load.none": ("Choose at least one load.", "Mindestens eine Last wählen."),
    "dispatch.pick.pv": ("PV", "PV"),
    "dispatch.pick.battery": ("Battery", "Batterie"),
    "dispatch.window.ahead.name": ("From the newest reading", "Ab dem neuesten Messwert"),
    "dispatch.window.past.name": ("Past, as a test", "Vergangen, als Test"),
    "dispatch.pick.strategy": ("Strategy", "Strategie"),
    "dispatch.strategy.economic": ("Economic", "Wirtschaftlich"),
    "dispatch.strategy.comfort": ("Comfort", "Komfort"),
    "dispatch.strategy.environment": ("Environment", "Umwelt"),
    "dispatch.strategy.balanced": ("Balanced", "Ausgewogen"),
    "dispatch.whatif": (
        "What if: battery, tariff, wear, limits",
        "Was wäre, wenn: Batterie, Tarif, Verschleiß, Grenzen",
    ),
    "dispatch.whatif.note": (
        "Figures start as the settings file beside the store tells them, else with usual values to "
        "be replaced by your own. An empty import limit or low price means none. With exchange "
        "prices the import price is what is added to them.",
        "Die Werte beginnen, wie die Einstellungsdatei neben dem Speicher sie nennt, sonst mit "
        "üblichen, die durch eigene zu ersetzen sind. Bezugsgrenze oder Niedertarif leer heißt "
        "keine. Bei Börsenpreisen ist der Bezugspreis der Aufschlag auf sie.",
    ),
    "dispatch.number.import": ("Import [€/kWh]", "Bezug [€/kWh]"),
    "dispatch.number.low": ("Import at night [€/kWh]", "Bezug nachts [€/kWh]"),
    "dispatch.number.export": ("Export [€/kWh]", "Einspeisung [€/kWh]"),
    "dispatch.number.demand": ("Demand charge [€/kW·a]", "Leistungspreis [€/kW·a]"),
    "dispatch.number.capacity": ("Capacity [kWh]", "Kapazität [kWh]"),
    "dispatch.number.power": ("Power [kW]", "Leistung [kW]"),
    "dispatch.number.none": ("none", "keine"),
    "dispatch.number.wear": ("Wear [€/kWh]", "Verschleiß [€/kWh]"),
    "dispatch.number.limit-in": ("Import limit [kW]", "Bezugsgrenze [kW]"),
    "dispatch.number.limit-out": (
        "Export limit [kW], none at the right end",
        "Einspeisegrenze [kW], ganz rechts keine",
    ),
    # --- the answer ---
    "dispatch.saving.past": ("Saving against doing nothing", "Ersparnis gegen Nichtstun"),
    "dispatch.saving.ahead": (
        "Expected saving against doing nothing",
        "Erwartete Ersparnis gegen Nichtstun",
    ),
    "dispatch.saving.note": (
        "with perfect foresight {most}",
        "mit vollkommener Voraussicht {most}",
    ),
    "dispatch.saving.comfort": (
        "comfort is given up for it: {missed} outside the bands, with thermostats {before}",
        "dafür wird Komfort aufgegeben: {missed} außerhalb der Bänder, mit Thermostaten {before}",
    ),
    "dispatch.comfort": ("Outside comfort", "Außerhalb Komfort"),
    "dispatch.comfort.note": ("with thermostats {before}", "mit Thermostaten {before}"),
    "dispatch.cost.past": ("Cost with the plan", "Kosten mit Plan"),
    "dispatch.cost.ahead": ("Expected cost", "Erwartete Kosten"),
    "dispatch.cost.note": ("without battery use {nothing}", "ohne Batterieeinsatz {nothing}"),
    "dispatch.peak": ("Peak import", "Bezugsspitze"),
    "dispatch.peak.note": (
        "{before} before; the period so far included",
        "{before} vorher; die bisherige Spitze eingerechnet",
    ),
    "dispatch.discharged": ("Discharged", "Entladen"),
    "dispatch.wear.note": ("wear {wear}", "Verschleiß {wear}"),
    "dispatch.wear.note.ahead": (
        "mean of the courses; the chart shows the central one; wear {wear}",
        "Mittel der Verläufe; das Diagramm zeigt den mittleren Verlauf; Verschleiß {wear}",
    ),
    "dispatch.window.past": ("Planned", "Geplant"),
    "dispatch.window.ahead": ("Planned ahead", "Vorausgeplant"),
    "dispatch.pick.window": ("Window", "Fenster"),
    "dispatch.basis": ("What this plan knew", "Was dieser Plan wusste"),
    "dispatch.known.model": (
        "Stored forecasts tell {devices}: their 10, 50 and 90 % quantiles make three courses.",
        "Gespeicherte Prognosen sagen {devices} voraus: Ihre Quantile von 10, 50 und 90 % ergeben "
        "drei Verläufe.",
    ),
    "dispatch.known.baseline": ("{device} (by {name})", "{device} (als {name})"),
    "dispatch.known.rest": (
        "{devices} expected as a week and as a day before.",
        "{devices} erwartet wie vor einer Woche und wie am Vortag.",
    ),
    "dispatch.known.naive": (
        "No stored forecast: load and sun are expected as a week and as a day before, alike "
        "probable. Models are trained on the command line and shown on the Forecasts page.",
        "Keine gespeicherte Prognose: Last und Sonne werden erwartet wie vor einer Woche und wie "
        "am Vortag, gleich wahrscheinlich. Modelle werden auf der Kommandozeile trainiert und auf "
        "der Seite Prognosen gezeigt.",
    ),
    "dispatch.known.unfit": (
        "The stored model of {device} is not used: {why}.",
        "Das gespeicherte Modell von {device} wird nicht verwendet: {why}.",
    ),
    "dispatch.known.ahead": (
        "The plan begins at the newest reading; figures are expected over these courses, the plan "
        "followed as it is now.",
        "Der Plan beginnt beim neuesten Messwert; die Zahlen sind über diese Verläufe erwartet, "
        "der Plan wird befolgt, wie er jetzt ist.",
    ),
    "dispatch.known.balance": (
        "Over these courses balancing load and sun is expected to cost less than powers fixed "
        "beforehand, so the battery balances.",
        "Über diese Verläufe kostet Ausgleichen von Last und Sonne voraussichtlich weniger als "
        "vorab festgelegte Leistungen; darum gleicht die Batterie aus.",
    ),
    "dispatch.peak.none": (
        "The billing year so far has no readings of import.",
        "Das Abrechnungsjahr hat bisher keine Messwerte des Bezugs.",
    ),
    "dispatch.peak.aside": (
        "The billing year has just begun: its demand charge falls on whatever peak comes first and "
        "is no saving of these days. It is left out of figures, bars and tables; the plan has "
        "{saved} less of it.",
        "Das Abrechnungsjahr hat gerade begonnen: Sein Leistungspreis fällt auf die erste Spitze "
        "und ist keine Ersparnis dieser Tage. In Zahlen, Balken und Tabellen ist er nicht "
        "enthalten; der Plan hat davon {saved} weniger.",
    ),
    "dispatch.peak.new_year": (
        "A new billing year begins within the window; its demand charge counts from 0.",
        "Im Fenster beginnt ein neues Abrechnungsjahr; dessen Leistungspreis zählt ab 0.",
    ),
    "dispatch.known.idle": (
        "Over these courses an idle battery is expected to cost less than planned powers or "
        "balancing, so it only defends limits.",
        "Über diese Verläufe kostet eine ruhende Batterie voraussichtlich weniger als geplante "
        "Leistungen oder Ausgleichen; darum verteidigt sie nur Grenzen.",
    ),
    "dispatch.known.past": (
        "The window is past, so that what really came can be charged. Planned anew every four "
        "hours; prices of the exchange count from when they were known.",
        "Das Fenster ist vergangen, damit abgerechnet werden kann, was wirklich kam. Alle vier "
        "Stunden neu geplant; Börsenpreise zählen ab dem Zeitpunkt, zu dem sie bekannt waren.",
    ),
    "dispatch.known.once": (
        "The window is past, so that what really came can be charged. With relays the plan is made "
        "once, at its start, and followed.",
        "Das Fenster ist vergangen, damit abgerechnet werden kann, was wirklich kam. Mit Relais "
        "wird der Plan einmal gemacht, an seinem Beginn, und befolgt.",
    ),
    "dispatch.price.spot": (
        "Exchange prices of {device} with the import price added.",
        "Börsenpreise von {device}, der Bezugspreis kommt hinzu.",
    ),
    "dispatch.price.repeated.past": (
        "At the start the last {hours} h had no exchange price yet; until there was one that of "
        "the same hour of the last known day was expected.",
        "Zu Beginn hatten die letzten {hours} h noch keinen Börsenpreis; bis es ihn gab, galt der "
        "derselben Stunde des letzten bekannten Tages als erwartet.",
    ),
    "dispatch.peak.so_far": (
        "Highest import of the billing year so far, net of PV: {peak} ({span}).",
        "Höchster Bezug des Abrechnungsjahres bisher, nach Abzug der PV: {peak} ({span}).",
    ),
    "dispatch.price.repeated.ahead": (
        "The last {hours} h have no exchange price yet; the day before is repeated.",
        "Die letzten {hours} h haben noch keinen Börsenpreis; der Tag davor ist wiederholt.",
    ),
    "dispatch.outdoor.measured": (
        "Outdoor temperature as told by its device.",
        "Außentemperatur, wie ihr Gerät sie nennt.",
    ),
    "dispatch.outdoor.repeated": (
        "Outdoor temperature of the last day, over again.",
        "Außentemperatur des letzten Tages, wiederholt.",
    ),
    "dispatch.outdoor.told": (
        "Outdoor temperature as in the settings, not measured.",
        "Außentemperatur aus den Einstellungen, nicht gemessen.",
    ),
    "dispatch.rooms.measured": (
        "Of {all} rooms {count} begin at a measured temperature, the others at that of the "
        "settings.",
        "Von {all} Räumen beginnen {count} bei gemessener Temperatur, die anderen bei der aus den "
        "Einstellungen.",
    ),
    "dispatch.price.fixed": (
        "Fixed prices as set; no exchange prices cover the window.",
        "Feste Preise wie eingestellt; keine Börsenpreise decken das Fenster.",
    ),
    "dispatch.soc.assumed": (
        "No SOC was measured at the start; half full is assumed.",
        "Zu Beginn ist kein Ladezustand gemessen; angenommen ist halb voll.",
    ),
    "dispatch.bridged": (
        "{count} quarter hours of load without readings are bridged by a line or as on other days.",
        "{count} Viertelstunden der Last ohne Messwerte sind durch eine Linie oder wie an anderen "
        "Tagen überbrückt.",
    ),
    "dispatch.behind": (
        "In this window another way would have cost {amount} less: {way}. What the plan expected "
        "did not come.",
        "In diesem Fenster hätte eine andere Weise {amount} weniger gekostet: {way}. Was der Plan "
        "erwartete, kam nicht.",
    ),
    "dispatch.behind.ahead": (
        "Another way is expected to cost {amount} less than this plan: {way}.",
        "Eine andere Weise kostet voraussichtlich {amount} weniger als dieser Plan: {way}.",
    ),
    "dispatch.behind.comfort": (
        "It leaves {left} outside the comfort bands, the plan {missed}.",
        "Sie lässt {left} außerhalb der Komfortbänder, der Plan {missed}.",
    ),
    # --- no plan ---
    "dispatch.infeasible": (
        "No plan keeps every limit.",
        "Kein Plan hält alle Grenzen ein.",
    ),
    "dispatch.conflict.import_limit": (
        "The import limit is too low by {amount}, most {when}.",
        "Die Bezugsgrenze ist um {amount} zu niedrig, am meisten {when}.",
    ),
    "dispatch.conflict.export_limit": (
        "The export limit is too low by {amount}, most {when}.",
        "Die Einspeisegrenze ist um {amount} zu niedrig, am meisten {when}.",
    ),
    "dispatch.conflict.vehicle": (
        "{name} needs {needed} and misses {amount} of it {when}, beside the other limits: at the "
        "plug {power} × {hours} h would give {most}.",
        "{name} braucht {needed}; davon fehlen {amount} {when}, wegen der anderen Grenzen: am "
        "Anschluss gäben {power} × {hours} h bis {most}.",
    ),
    "dispatch.conflict.plug": (
        "{name} needs {needed} and misses {amount} of it {when}: at the plug {power} × {hours} h "
        "give no more than {most}.",
        "{name} braucht {needed}; davon fehlen {amount} {when}: am Anschluss geben "
        "{power} × {hours} h höchstens {most}.",
    ),
    "dispatch.conflict.soc_end": (
        "The SOC wanted at the end is missed by {amount}.",
        "Der Ladezustand am Ende wird um {amount} verfehlt.",
    ),
    "dispatch.conflict.after": ("after {hours} h", "nach {hours} h"),
    "dispatch.conflict.at": ("on {time}", "am {time}"),
    "dispatch.conflict.together": (
        "Those named before it give way together.",
        "Die davor genannten geben zusammen nach.",
    ),
    "dispatch.conflict.alone": (
        "Giving way here alone would do.",
        "Hier allein nachzugeben genügt.",
    ),
    # --- the plan ---
    "dispatch.flow.load_kw": ("Load", "Last"),
    "dispatch.flow.load_kw.ahead": ("Expected load", "Erwartete Last"),
    "dispatch.flow.load_kw.past": ("Load as it came", "Last, wie sie kam"),
    "dispatch.plan.shown.ahead": ("Central expected course", "Mittlerer erwarteter Verlauf"),
    "dispatch.plan.shown.past": (
        "The run that is costed: planned anew every four hours, load and sun as they came",
        "Der abgerechnete Lauf: alle vier Stunden neu geplant, Last und Sonne, wie sie kamen",
    ),
    "dispatch.plan.shown.once": (
        "The run that is costed: planned once and followed, load and sun as they came",
        "Der abgerechnete Lauf: einmal geplant und befolgt, Last und Sonne, wie sie kamen",
    ),
    "dispatch.flow.pv_used_kw": ("PV", "PV"),
    "dispatch.flow.import_kw": ("Import", "Bezug"),
    "dispatch.flow.export_kw": ("Export", "Einspeisung"),
    "dispatch.flow.charge_kw": ("Charge", "Laden"),
    "dispatch.flow.discharge_kw": ("Discharge", "Entladen"),
    "dispatch.flow.soc_pct": ("SOC", "Ladezustand"),
    "dispatch.flow.vehicles_kw": ("Vehicles", "Fahrzeuge"),
    "dispatch.flow.heating_kw": ("Heating", "Heizung"),
    "dispatch.flow.price": ("Import price", "Bezugspreis"),
    "dispatch.plan.title": (
        "The plan charges {charged} kWh and discharges {discharged} kWh",
        "Der Plan lädt {charged} kWh und entlädt {discharged} kWh",
    ),
    "dispatch.plan.title.balance": (
        "The battery balances load and sun: charges {charged} kWh, discharges {discharged} kWh",
        "Die Batterie gleicht Last und Sonne aus: lädt {charged} kWh, entlädt {discharged} kWh",
    ),
    "dispatch.plan.title.idle": (
        "The battery rests: charges {charged} kWh, discharges {discharged} kWh",
        "Die Batterie ruht: lädt {charged} kWh, entlädt {discharged} kWh",
    ),
    "dispatch.plan.caption": (
        "{steps} steps of 15 min · gap {gap} % · {ms} ms · {zone}",
        "{steps} Schritte zu 15 min · Lücke {gap} % · {ms} ms · {zone}",
    ),
    "dispatch.way.nothing": ("Doing nothing", "Nichtstun"),
    "dispatch.way.greedy": ("Greedy self-consumption", "Einfacher Eigenverbrauch"),
    "dispatch.way.plan": ("Plan", "Plan"),
    "dispatch.way.perfect": ("Perfect foresight", "Vollkommene Voraussicht"),
    "dispatch.part.import": ("Import", "Bezug"),
    "dispatch.part.export": ("Export", "Einspeisung"),
    "dispatch.part.demand": ("Demand charge", "Leistungspreis"),
    "dispatch.part.wear": ("Wear", "Verschleiß"),
    "dispatch.part.stored": ("Left in store", "Bleibt gespeichert"),
    "dispatch.costs.title.past": (
        "Of what can be done without foresight, the cheapest is: {way}",
        "Von dem, was ohne Voraussicht geht, am günstigsten: {way}",
    ),
    "dispatch.costs.title.ahead": (
        "Expected to be the cheapest: {way}",
        "Voraussichtlich am günstigsten: {way}",
    ),
    "dispatch.costs.note.ahead": (
        "Expected over the courses; perfect foresight knows which of them comes, with relays as "
        "near as the gap.",
        "Erwartet über die Verläufe; vollkommene Voraussicht weiß, welcher davon kommt, mit Relais "
        "bis auf die Lücke.",
    ),
    "dispatch.costs.note.aside": (
        "Without the demand charge of the billing year just begun: {left_out}.",
        "Ohne den Leistungspreis des eben begonnenen Abrechnungsjahrs: {left_out}.",
    ),
    "dispatch.costs.note.comfort": (
        "The totals put no price on comfort: ways are alike only where they leave as much outside "
        "the bands.",
        "Die Summen geben Komfort keinen Preis: Gleich sind Weisen nur, wo sie gleich viel "
        "außerhalb der Bänder lassen.",
    ),
    "dispatch.costs.comfort": ("Outside comfort [K·h]", "Außerhalb Komfort [K·h]"),
    "dispatch.costs.way": ("Way", "Weise"),
    "dispatch.costs.bill": ("Bill [€]", "Rechnung [€]"),
    "dispatch.costs.wear": ("Wear [€]", "Verschleiß [€]"),
    "dispatch.costs.stored": ("Left in store [€]", "Bleibt gespeichert [€]"),
    "dispatch.costs.total": ("Total [€]", "Summe [€]"),
    "dispatch.costs.saved": ("Saved [€]", "Erspart [€]"),
    "dispatch.saved.title": ("Parts of the saving", "Teile der Ersparnis"),
    "dispatch.saved.part": ("Part", "Teil"),
    "dispatch.saved.amount": ("Amount", "Betrag"),
    "dispatch.saved.peak": ("Peak", "Lastspitze"),
    "dispatch.saved.arbitrage": ("Other times (arbitrage)", "Andere Zeiten (Arbitrage)"),
    "dispatch.saved.own": ("Self-consumption", "Eigenverbrauch"),
    "dispatch.saved.heat": ("Heat not given", "Nicht gegebene Wärme"),
    "dispatch.saved.note.heat": (
        "Heat not given is what rooms are heated less than with thermostats, at the mean price "
        "that these pay; below 0 they are heated more.",
        "Nicht gegebene Wärme ist, was die Räume weniger geheizt werden als mit Thermostaten, zum "
        "mittleren Preis, den diese zahlen; unter 0 werden sie mehr geheizt.",
    ),
    "dispatch.saved.wear": ("Wear", "Verschleiß"),
    "dispatch.saved.stored": ("Left in store", "Bleibt gespeichert"),
    "dispatch.saved.total": ("Total", "Summe"),
    "dispatch.saved.note": (
        "Self-consumption is the share of discharged energy that was charged from surplus; "
        "arbitrage is the rest of the saving in energy.",
        "Eigenverbrauch ist der Anteil der entladenen Energie, der aus Überschuss geladen wurde; "
        "Arbitrage der Rest der Ersparnis an Energie.",
    ),
    "dispatch.weights.strategy": ("Strategy", "Strategie"),
    "dispatch.weights.cost": ("Money [1]", "Geld [1]"),
    "dispatch.weights.import": (
        "Each kWh not imported [€/kWh]",
        "Jede nicht bezogene kWh [€/kWh]",
    ),
    "dispatch.weights.comfort": (
        "Outside the comfort band [× heating a kelvin]",
        "Außerhalb des Komfortbands [× Heizen eines Kelvins]",
    ),
    "dispatch.weights.note": (
        "A plan minimises money times its weight, plus what is put on energy from the grid, plus "
        "the price of comfort missed: so many times what it costs at the highest price of the "
        "window to heat the room by a kelvin for its last quarter hour, the dearest there is. From "
        "1 on holding the band is worth its energy; below, comfort is given up at the ends of it. "
        "The price of each room stands beside its temperatures. The chosen strategy stands "
        "first.",
        "Ein Plan macht am kleinsten: Geld mal Gewicht, dazu was auf Netzenergie gelegt ist, dazu "
        "der Preis verfehlten Komforts: so viele Male, was es beim höchsten Preis des Fensters "
        "kostet, den Raum für die letzte Viertelstunde um ein Kelvin zu heizen, teurer geht es "
        "nicht. Ab 1 lohnt das Band seine Energie; darunter wird an den Rändern des Bands Komfort "
        "aufgegeben. Der Preis jedes Raums steht bei seinen Temperaturen. Die gewählte Strategie "
        "steht zuerst.",
    ),
    # --- rooms ---
    "dispatch.relay.on": ("on", "an"),
    "dispatch.relay.off": ("off", "aus"),
    "dispatch.rooms.title": (
        "Rooms are {missed} outside their comfort bands; with thermostats {before}",
        "Die Räume liegen {missed} außerhalb ihrer Komfortbänder; mit Thermostaten {before}",
    ),
    "dispatch.rooms.room": ("Room", "Raum"),
    "dispatch.rooms.band": ("Comfort [°C]", "Komfort [°C]"),
    "dispatch.rooms.coldest": ("Coldest [°C]", "Kältester [°C]"),
    "dispatch.rooms.warmest": ("Warmest [°C]", "Wärmster [°C]"),
    "dispatch.rooms.missed": ("Outside [K·h]", "Außerhalb [K·h]"),
    "dispatch.rooms.before": ("With thermostats [K·h]", "Mit Thermostaten [K·h]"),
    "dispatch.rooms.price": ("Price outside [€/K·h]", "Preis außerhalb [€/K·h]"),
    "dispatch.rooms.note": (
        "The band is the one with the highest lower edge, that of the day. Air at the end of each "
        "step, by the room's resistance and heat capacity; thermostats hold the lower edge.",
        "Das Band ist das mit dem höchsten unteren Rand, das des Tages. Luft am Ende jedes "
        "Schritts, aus Widerstand und Wärmekapazität des Raums; Thermostate halten den unteren "
        "Rand.",
    ),
    # --- a year ---
    "dispatch.year.busy": (
        "Planning a year with perfect foresight",
        "Ein Jahr wird mit vollkommener Voraussicht geplant",
    ),
    "dispatch.year.busy.planned": (
        "Planning every day of the year as it would have been",
        "Jeder Tag des Jahres wird geplant, wie er gewesen wäre",
    ),
    "dispatch.year.compare": (
        "Compare with plans that know only days before (takes longer)",
        "Vergleich mit Plänen, die nur frühere Tage kennen (dauert länger)",
    ),
    "dispatch.year.saving": (
        "Saving in a year, with perfect foresight",
        "Ersparnis im Jahr, mit vollkommener Voraussicht",
    ),
    "dispatch.year.bill": ("of a bill of {bill}", "von einer Rechnung von {bill}"),
    "dispatch.year.planned": (
        "Saving planned day by day",
        "Ersparnis, Tag für Tag geplant",
    ),
    "dispatch.year.planned.note": (
        "at 13:00, expected as a week and a day before, prices known by then; peak {peak}",
        "um 13 Uhr, erwartet wie Vorwoche und Vortag, Preise soweit bekannt; Spitze {peak}",
    ),
    "dispatch.year.peak": ("Peak, with perfect foresight", "Spitze, mit vollkommener Voraussicht"),
    "dispatch.year.peak.note": ("{before} without battery", "{before} ohne Batterie"),
    "dispatch.year.with": ("With perfect foresight [€/a]", "Mit vollkommener Voraussicht [€/a]"),
    "dispatch.year.without": ("Planned day by day [€/a]", "Tag für Tag geplant [€/a]"),
    "dispatch.year.caption": (
        "{span}: {days} days, energy as for a year, the highest import taken for that of the year.",
        "{span}: {days} Tage, Energie auf ein Jahr gerechnet, der höchste Bezug gilt als der des "
        "Jahres.",
    ),
    "dispatch.year.alone": (
        "Vehicles, rooms and relays are left out here.",
        "Fahrzeuge, Räume und Relais bleiben hier außer Betracht.",
    ),
    # --- sizes ---
    "dispatch.sizing.days": ("Readings behind it", "Messwerte dahinter"),
    "dispatch.sizing.span": ("{days} days", "{days} Tage"),
    "dispatch.sizing.usable": ("Usable capacity [kWh]", "Nutzbare Kapazität [kWh]"),
    "dispatch.sizing.peak": ("Lowest peak [kW]", "Niedrigste Spitze [kW]"),
    "dispatch.sizing.saving": ("Saving [€/a]", "Ersparnis [€/a]"),
    "dispatch.sizing.peak.title": (
        "This battery can cut the peak by {kw} kW: {saved} a year",
        "Diese Batterie kann die Spitze um {kw} kW senken: {saved} im Jahr",
    ),
    "dispatch.sizing.peak.title.free": (
        "This battery can cut the peak by {kw} kW; no demand charge is set",
        "Diese Batterie kann die Spitze um {kw} kW senken; kein Leistungspreis ist eingestellt",
    ),
    "dispatch.sizing.tariff": (
        "Prices as set, each shortage at the price of its hour.",
        "Preise wie eingestellt, jeder Fehlbedarf zum Preis seiner Stunde.",
    ),
    "dispatch.sizing.own.title": (
        "Storing every surplus saves {saved} a year",
        "Jeden Überschuss zu speichern spart {saved} im Jahr",
    ),
    "dispatch.sizing.no_pv": (
        "Without PV there is no self-consumption to raise.",
        "Ohne PV ist kein Eigenverbrauch zu erhöhen.",
    ),
    "dispatch.sizing.no_pv.mend": ("Choose a PV device above.", "Oben ein PV-Gerät wählen."),
    "dispatch.sizing.caption": (
        "{span}, as for a year · peaks as if the load had been known · wear taken off",
        "{span}, auf ein Jahr gerechnet · Spitzen, als wäre die Last bekannt · abzüglich "
        "Verschleiß",
    ),
}

# Errors of settings and of too few readings, English as raised; see `pages.shared.wording`.
DISPATCH_SENTENCES: tuple[tuple[str, str], ...] = (
    (
        "{name} has low_from_h equal to low_to_h: the low price would never hold",
        "{name}: low_from_h ist gleich low_to_h, der Niedertarif gälte nie",
    ),
    ("{name} has soc_min above soc_max", "{name}: soc_min liegt über soc_max"),
    ("{name} has least_kw above most_kw", "{name}: least_kw liegt über most_kw"),
    (
        "{name} has a comfort band with low_c above high_c",
        "{name}: Ein Komfortband hat low_c über high_c",
    ),
    ("{name} must be shares that sum to 1", "{name}: Es müssen Anteile sein, die 1 ergeben"),
    ("name {name} stands twice", "der Name {name} steht zweimal da"),
    ("rooms names {names}", "rooms nennt {names}"),
    (
        "{name} needs both inner_resistance_k_kw and mass_kwh_k, or neither",
        "{name} braucht inner_resistance_k_kw und mass_kwh_k, oder keines von beiden",
    ),
    ("{name} heat must name {what}", "{name}: heat muss {what} nennen"),
    ("room {name}: {signal} is no power", "Raum {name}: {signal} ist keine Leistung"),
    (
        "no room {name} is measured; there are {names}",
        "kein Raum {name} wird gemessen; es gibt {names}",
    ),
    ("rooms need the outdoor temperature", "Räume brauchen die Außentemperatur"),
    (
        "{name} measures the connection of the site, where {others} is in already: name the meters "
        "of the loads instead, or this one alone",
        "{name} misst den Netzanschluss, in dem {others} schon enthalten ist: stattdessen die "
        "Zähler der Lasten wählen, oder nur diesen",
    ),
    (
        "{name} is named twice: its power would count twice",
        "{name} ist zweimal genannt: Die Leistung zählte doppelt",
    ),
    (
        "{name} has no signal that is a power: it is no load",
        "{name} hat kein Leistungssignal und ist keine Last",
    ),
    (
        "{name} has no signal of generation: it is no PV device",
        "{name} hat kein Signal der Erzeugung und ist kein PV-Gerät",
    ),
    ("{name} has no signal that is a power", "{name} hat kein Leistungssignal"),
    (
        "{name} has no readings for {lacking} h of the {all} h that a plan is made from",
        "{name} fehlen Messwerte für {lacking} h der {all} h, aus denen ein Plan entsteht",
    ),
    ("less than a day of readings of the load", "weniger als ein Tag Messwerte der Last"),
    ("{name} is missing", "{name} fehlt"),
    ("{name} is not known here", "{name} ist hier nicht bekannt"),
    ("{name} must be a list in brackets", "{name} muss eine Liste in eckigen Klammern sein"),
    ("{name} must be a table", "{name} muss eine Tabelle sein"),
    ("{name} must be text in quotes", "{name} muss Text in Anführungszeichen sein"),
    ("{name} must be greater than or equal to {low}", "{name} muss mindestens {low} sein"),
    ("{name} must be less than or equal to {high}", "{name} darf höchstens {high} sein"),
    ("{name} must be greater than {low}", "{name} muss größer als {low} sein"),
    ("{name} must be less than {high}", "{name} muss kleiner als {high} sein"),
    ("{name} must be {names}", "{name} muss sein: {names}"),
    ("a number without quotes", "eine Zahl ohne Anführungszeichen"),
    ("true or false", "true oder false"),
)
