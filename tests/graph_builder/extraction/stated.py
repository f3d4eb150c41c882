"""Sentences, and every relation that each of them states: nothing more may be found, and nothing less.

A relation is written "subject PREDICATE object", with "not" before it when denied, "may" when held possible, and a qualifier in
brackets. The document's title is the first column.
"""

STATED: list[tuple[str, str, list[str]]] = [
    # --- verbs, active and passive
    ("", "Fluconazole inhibits CYP2C9.", ["Fluconazole INHIBITS CYP2C9"]),
    (
        "",
        "Rifampin strongly induces CYP3A4 and CYP2C19.",
        ["Rifampin INDUCES CYP3A4 [strong]", "Rifampin INDUCES CYP2C19 [strong]"],
    ),
    ("", "CYP3A4 is inhibited by atazanavir as well.", ["atazanavir INHIBITS CYP3A4"]),
    (
        "",
        "Warfarin is metabolised chiefly by CYP2C9, the enzyme that clears the more potent S form.",
        ["CYP2C9 METABOLIZES Warfarin"],
    ),
    ("", "CYP2C9 metabolises glipizide and tolbutamide.", ["CYP2C9 METABOLIZES glipizide", "CYP2C9 METABOLIZES tolbutamide"]),
    ("", "Melatonin and ramelteon are cleared by CYP1A2.", ["CYP1A2 METABOLIZES Melatonin", "CYP1A2 METABOLIZES ramelteon"]),
    ("", "Felodipine is broken down by CYP3A4 in the gut wall.", ["CYP3A4 METABOLIZES Felodipine"]),
    ("", "Ethinylestradiol is also hydroxylated by CYP3A4 in the liver.", ["CYP3A4 METABOLIZES Ethinylestradiol"]),
    ("", "Clopidogrel is metabolized to its active metabolite in part by CYP2C19.", ["CYP2C19 METABOLIZES Clopidogrel"]),
    ("", "Bosentan and glyburide are taken up by OATP1B1.", ["OATP1B1 TRANSPORTS Bosentan", "OATP1B1 TRANSPORTS glyburide"]),
    ("", "P-gp transports digoxin, the classical probe of this pump.", ["P-gp TRANSPORTS digoxin"]),
    ("", "Codeine is converted to morphine in the liver.", ["Codeine CONVERTED_TO morphine"]),
    (
        "",
        "The liver turns clarithromycin into 14-hydroxyclarithromycin.",
        ["clarithromycin CONVERTED_TO 14-hydroxyclarithromycin"],
    ),
    ("", "Gemfibrozil treats severe hypertriglyceridaemia.", ["Gemfibrozil TREATS hypertriglyceridaemia"]),
    ("", "Lopressor is indicated in the long-term treatment of angina pectoris.", ["Lopressor TREATS angina pectoris"]),
    ("", "Linezolid interacts with tyramine.", ["Linezolid INTERACTS_WITH tyramine"]),
    (
        "",
        "Methylene blue, a dye used in surgery, inhibits monoamine oxidase and is easily overlooked.",
        ["Methylene blue INHIBITS monoamine oxidase"],
    ),
    ("", "Amiodarone inhibits CYP2D6 weakly and induces nothing.", ["Amiodarone INHIBITS CYP2D6 [weak]"]),
    (
        "",
        "Ritonavir inhibits CYP3A4 and increases the plasma concentration of midazolam.",
        ["Ritonavir INHIBITS CYP3A4", "Ritonavir INCREASES_EXPOSURE_OF midazolam"],
    ),
    # --- roles
    ("", "Paroxetine is a potent inhibitor of CYP2D6.", ["Paroxetine INHIBITS CYP2D6 [potent]"]),
    ("", "Ketoconazole is a strong CYP3A4 inhibitor.", ["Ketoconazole INHIBITS CYP3A4 [strong]"]),
    ("", "Midazolam is a sensitive substrate of CYP3A4.", ["CYP3A4 METABOLIZES Midazolam"]),
    ("", "Colchicine is a substrate for both CYP3A and the efflux transporter, P-gp.", ["CYP3A METABOLIZES Colchicine"]),
    ("", "Digoxin is a P-gp substrate.", ["P-gp TRANSPORTS Digoxin"]),
    ("", "Cyclosporine is an inhibitor of CYP3A4 and P-gp.", ["Cyclosporine INHIBITS CYP3A4", "Cyclosporine INHIBITS P-gp"]),
    ("", "Fluconazole, an inhibitor of CYP2C9, was given for a week.", ["Fluconazole INHIBITS CYP2C9"]),
    ("", "Warfarin (a CYP2C9 substrate) was stopped.", ["CYP2C9 METABOLIZES Warfarin"]),
    (
        "",
        "Strong CYP3A inhibitors such as ketoconazole, itraconazole and ritonavir were excluded.",
        ["ketoconazole INHIBITS CYP3A [strong]", "itraconazole INHIBITS CYP3A [strong]", "ritonavir INHIBITS CYP3A [strong]"],
    ),
    (
        "",
        "Avoid inhibitors of CYP2C19 (e.g., omeprazole, esomeprazole).",
        ["omeprazole INHIBITS CYP2C19", "esomeprazole INHIBITS CYP2C19"],
    ),
    ("", "Drugs that inhibit CYP2D6, such as quinidine, were not allowed.", ["quinidine INHIBITS CYP2D6"]),
    (
        "",
        "In studies with the P-gp inhibitors ketoconazole and verapamil, no effect was seen.",
        ["ketoconazole INHIBITS P-gp", "verapamil INHIBITS P-gp"],
    ),
    ("", "Omeprazole and other CYP2C19 inhibitors were withheld.", ["Omeprazole INHIBITS CYP2C19"]),
    ("", "Fluvoxamine acts as a strong inhibitor of CYP1A2.", ["Fluvoxamine INHIBITS CYP1A2 [strong]"]),
    ("", "Metabolism of losartan is mediated by CYP2C9.", ["CYP2C9 METABOLIZES losartan"]),
    ("", "CYP2D6 is responsible for most of the clearance of metoprolol.", ["CYP2D6 METABOLIZES metoprolol"]),
    ("", "Inhibition of CYP3A4 by grapefruit juice lasts for a day.", ["grapefruit juice INHIBITS CYP3A4"]),
    # --- exposure, effects and risks
    ("", "Cimetidine raises metformin levels.", ["Cimetidine INCREASES_EXPOSURE_OF metformin"]),
    (
        "",
        "Probenecid increases exposure to methotrexate by blocking tubular secretion.",
        ["Probenecid INCREASES_EXPOSURE_OF methotrexate"],
    ),
    (
        "",
        "Plasma concentrations of simvastatin are increased by clarithromycin.",
        ["clarithromycin INCREASES_EXPOSURE_OF simvastatin"],
    ),
    ("", "Rifampin decreased the AUC and Cmax of midazolam by 90%.", ["Rifampin DECREASES_EXPOSURE_OF midazolam"]),
    ("", "Verapamil inhibits the clearance of theophylline.", ["Verapamil INCREASES_EXPOSURE_OF theophylline"]),
    ("", "Cimetidine resulted in a 13% increase in dofetilide plasma levels.", ["Cimetidine INCREASES_EXPOSURE_OF dofetilide"]),
    ("", "NSAIDs reduce the antihypertensive effect of losartan.", ["NSAIDs INTERACTS_WITH losartan"]),
    ("", "Warfarin increases the risk of bleeding.", ["Warfarin INCREASES_RISK_OF bleeding"]),
    (
        "",
        "Tamoxifen increases the risk of endometrial cancer and of pulmonary embolism.",
        ["Tamoxifen INCREASES_RISK_OF endometrial cancer", "Tamoxifen INCREASES_RISK_OF pulmonary embolism"],
    ),
    (
        "",
        "Irinotecan increases the risk of neutropenia, and fever during treatment is an emergency.",
        ["Irinotecan INCREASES_RISK_OF neutropenia"],
    ),
    ("", "Haloperidol causes QT prolongation.", ["Haloperidol INCREASES_RISK_OF QT prolongation"]),
    # --- two together
    (
        "",
        "Coadministration of Plavix with warfarin increases the risk of bleeding.",
        [
            "Plavix INCREASES_RISK_OF bleeding [together with warfarin]",
            "warfarin INCREASES_RISK_OF bleeding [together with Plavix]",
            "Plavix INTERACTS_WITH warfarin",
        ],
    ),
    (
        "",
        "Coadministration of losartan and cimetidine increased the AUC of losartan.",
        ["cimetidine INCREASES_EXPOSURE_OF losartan", "losartan INTERACTS_WITH cimetidine"],
    ),
    (
        "",
        "Avoid concomitant use of Plavix with omeprazole.",
        ["Plavix INTERACTS_WITH omeprazole [to be avoided or used with caution]"],
    ),
    ("", "Do not use aliskiren with ARBs.", ["aliskiren CONTRAINDICATED_WITH ARBs"]),
    ("", "Simvastatin is contraindicated with gemfibrozil.", ["Simvastatin CONTRAINDICATED_WITH gemfibrozil"]),
    ("", "Plavix is contraindicated in patients with active peptic ulcer.", ["Plavix CONTRAINDICATED_WITH peptic ulcer"]),
    ("", "Sildenafil must not be taken with nitrates.", ["Sildenafil CONTRAINDICATED_WITH nitrates"]),
    ("", "Pimozide is contraindicated in patients taking clarithromycin.", ["Pimozide CONTRAINDICATED_WITH clarithromycin"]),
    (
        "",
        "Concomitant use of simvastatin with itraconazole is contraindicated.",
        ["simvastatin CONTRAINDICATED_WITH itraconazole"],
    ),
    # --- classes
    ("", "Pantoprazole is a proton pump inhibitor.", ["Pantoprazole MEMBER_OF proton pump inhibitor"]),
    (
        "",
        "Omeprazole, the first proton pump inhibitor to reach the market, was a success.",
        ["Omeprazole MEMBER_OF proton pump inhibitor"],
    ),
    ("", "Macrolides such as erythromycin were used.", ["erythromycin MEMBER_OF Macrolides"]),
    (
        "",
        "Azole antifungals (ketoconazole, itraconazole) were used.",
        ["ketoconazole MEMBER_OF Azole antifungals", "itraconazole MEMBER_OF Azole antifungals"],
    ),
    # --- denied
    ("", "Pravastatin is not metabolised by CYP3A4.", ["not CYP3A4 METABOLIZES Pravastatin"]),
    ("", "Clopidogrel does not inhibit CYP3A4 or P-gp.", ["not Clopidogrel INHIBITS CYP3A4", "not Clopidogrel INHIBITS P-gp"]),
    ("", "Ritonavir inhibits CYP3A4 but not CYP2C9.", ["Ritonavir INHIBITS CYP3A4", "not Ritonavir INHIBITS CYP2C9"]),
    ("", "Fluvoxamine is not a clinically important inhibitor of CYP2D6.", ["not Fluvoxamine INHIBITS CYP2D6"]),
    (
        "",
        "Neither famotidine nor nizatidine inhibits CYP2C19.",
        ["not famotidine INHIBITS CYP2C19", "not nizatidine INHIBITS CYP2C19"],
    ),
    ("", "Sotalol has not been shown to inhibit CYP2D6.", ["not Sotalol INHIBITS CYP2D6"]),
    (
        "",
        "Most antibacterials do not lower ethinylestradiol levels.",
        ["not antibacterials DECREASES_EXPOSURE_OF ethinylestradiol"],
    ),
    ("", "Losartan did not affect the pharmacokinetics of digoxin.", ["not Losartan INTERACTS_WITH digoxin"]),
    ("", "Azithromycin is unlikely to inhibit CYP3A4.", ["not may Azithromycin INHIBITS CYP3A4"]),
    (
        "",
        "Treprostinil does not inhibit or induce CYP2C9.",
        ["not Treprostinil INHIBITS CYP2C9", "not Treprostinil INDUCES CYP2C9"],
    ),
    (
        "",
        "Ketoconazole does not induce CYP3A4 but inhibits CYP3A4.",
        ["not Ketoconazole INDUCES CYP3A4", "Ketoconazole INHIBITS CYP3A4"],
    ),
    ("", "Metformin is not transported by P-gp.", ["not P-gp TRANSPORTS Metformin"]),
    (
        "",
        "Celecoxib does not inhibit CYP2C9, although it is thought to inhibit CYP2D6.",
        ["not Celecoxib INHIBITS CYP2C9", "may Celecoxib INHIBITS CYP2D6"],
    ),
    # --- held possible, and under a condition
    ("", "Carvedilol may inhibit P-gp.", ["may Carvedilol INHIBITS P-gp"]),
    ("", "In vitro, clarithromycin may inhibit OATP1B1.", ["may clarithromycin INHIBITS OATP1B1 [in vitro]"]),
    ("", "Curcumin inhibits P-gp in vitro.", ["Curcumin INHIBITS P-gp [in vitro]"]),
    ("", "Venlafaxine appears to inhibit CYP2D6.", ["may Venlafaxine INHIBITS CYP2D6"]),
    ("", "Topiramate inhibits CYP2C19 at high doses.", ["Topiramate INHIBITS CYP2C19 [at high doses]"]),
    ("", "Smoking may lower theophylline levels.", ["may Smoking DECREASES_EXPOSURE_OF theophylline"]),
    # --- what points back
    ("Fluconazole", "# Fluconazole\nThe drug moderately inhibits CYP3A4.", ["Fluconazole INHIBITS CYP3A4 [moderate]"]),
    (
        "Ciprofloxacin",
        "Ciprofloxacin is an antibiotic. It may also inhibit CYP3A4.",
        ["Ciprofloxacin MEMBER_OF antibiotic", "may Ciprofloxacin INHIBITS CYP3A4"],
    ),
    (
        "CYP2C9",
        "# CYP2C9\n- Losartan is converted to EXP3174 by this enzyme.",
        ["Losartan CONVERTED_TO EXP3174", "CYP2C9 METABOLIZES Losartan"],
    ),
    (
        "label",
        "PLAVIX (clopidogrel bisulfate) tablet\n\nThis drug is metabolized by CYP2C19.",
        ["CYP2C19 METABOLIZES clopidogrel bisulfate"],
    ),
    ("Verapamil", "# Verapamil\n- Inhibits P-gp.", ["Verapamil INHIBITS P-gp"]),
    # --- tables
    (
        "",
        "| Drug | Effect | Enzyme |\n| --- | --- | --- |\n| paroxetine | strong inhibitor | CYP2D6 |",
        ["paroxetine INHIBITS CYP2D6 [strong]"],
    ),
    (
        "",
        "| Enzyme | Substrates |\n| --- | --- |\n| CYP1A2 | caffeine, theophylline |",
        ["CYP1A2 METABOLIZES caffeine", "CYP1A2 METABOLIZES theophylline"],
    ),
    (
        "Fluvoxamine",
        "| Enzyme | Strength of inhibition by fluvoxamine |\n| --- | --- |\n| CYP1A2 | strong |\n| CYP3A4 | none |",
        ["fluvoxamine INHIBITS CYP1A2 [strong]", "not fluvoxamine INHIBITS CYP3A4"],
    ),
    # --- set apart from the claim
    ("", "Unlike itraconazole, azithromycin does not inhibit CYP3A4.", ["not azithromycin INHIBITS CYP3A4"]),
    (
        "",
        "Grapefruit juice and itraconazole, unlike azithromycin, inhibit CYP3A4.",
        ["Grapefruit juice INHIBITS CYP3A4", "itraconazole INHIBITS CYP3A4"],
    ),
    ("", "Fluconazole, in contrast to terbinafine, inhibits CYP3A4.", ["Fluconazole INHIBITS CYP3A4"]),
    ("", "All azoles except terbinafine inhibit CYP3A4.", ["azoles INHIBITS CYP3A4"]),
    (
        "",
        "With the exception of pravastatin and rosuvastatin, statins are metabolized by CYP3A4.",
        ["CYP3A4 METABOLIZES statins"],
    ),
    ("", "Ritonavir rather than saquinavir inhibits CYP3A4.", ["Ritonavir INHIBITS CYP3A4"]),
    ("", "Not only diltiazem but also verapamil inhibits CYP3A4.", ["diltiazem INHIBITS CYP3A4", "verapamil INHIBITS CYP3A4"]),
    ("", "Rifampin not only induces CYP3A4 but also induces CYP2C9.", ["Rifampin INDUCES CYP3A4", "Rifampin INDUCES CYP2C9"]),
    (
        "",
        "Erythromycin inhibits CYP3A4 but not CYP2C9, CYP2D6 or CYP1A2.",
        [
            "Erythromycin INHIBITS CYP3A4",
            "not Erythromycin INHIBITS CYP2C9",
            "not Erythromycin INHIBITS CYP2D6",
            "not Erythromycin INHIBITS CYP1A2",
        ],
    ),
    (
        "",
        "Neither linezolid, azithromycin nor pravastatin inhibits CYP3A4.",
        ["not linezolid INHIBITS CYP3A4", "not azithromycin INHIBITS CYP3A4", "not pravastatin INHIBITS CYP3A4"],
    ),
    ("", "Mexiletine inhibits CYP1A2 in rats but not in humans.", ["Mexiletine INHIBITS CYP1A2 [in rats]"]),
    ("", "It is now known that omeprazole inhibits CYP2C19.", ["omeprazole INHIBITS CYP2C19"]),
    ("", "In a few reported cases verapamil inhibited CYP3A4.", ["verapamil INHIBITS CYP3A4"]),
    # --- disowned, doubted, supposed: nothing is stated
    *(
        ("", text, [])
        for text in (
            "It is not the case that tamoxifen inhibits CYP3A4.",
            "Ciprofloxacin does not fail to inhibit CYP1A2.",
            "It is unlikely that gabapentin inhibits CYP2C19.",
            "It seems doubtful that omeprazole inhibits CYP2D6.",
            "The claim that amiodarone inhibits CYP2C9 has been withdrawn.",
            "The authors abandoned the idea that amiodarone inhibits CYP2C9.",
            "Nobody has shown that verapamil induces CYP3A4.",
            "No study demonstrates that paroxetine induces CYP2D6.",
            "Few clinicians still believe that ranitidine inhibits CYP3A4.",
            "We reject the hypothesis that isoniazid inhibits CYP2E1.",
            "Rumour has it that lithium inhibits CYP2D6.",
            "We once thought quinidine inhibits CYP2D6.",
            "True or false: warfarin induces CYP2C9.",
            "FALSE: Ibuprofen induces CYP3A4.",
            "Myth: Caffeine inhibits CYP1A2.",
            'An example of a wrong sentence: "Aspirin inhibits CYP2D6."',
            "Suppose that propranolol inhibits CYP1A2.",
            "Assuming fluvoxamine inhibits CYP1A2, reduce the dose.",
            "Had nifedipine inhibited CYP3A4, the trial would have stopped.",
            "Were fluoxetine to inhibit CYP2D6, levels would rise.",
            "~~Carbamazepine inhibits CYP3A4.~~",
            "Simvastatin inhibits CYP3A4 in no clinically meaningful way.",
        )
    ),
    # --- traps: nothing is stated
    ("", "Warfarin and aspirin were both on the list.", []),
    ("", "The glucuronide of clopidogrel inhibits CYP2C8.", []),
    ("", "It is not known whether digoxin inhibits CYP3A4.", []),
    ("", "The effect of CYP3A4 inhibitors on warfarin has not been studied.", []),
    ("", "Does omeprazole inhibit CYP2C19?", []),
    ("", "Aspirin was discontinued five days after warfarin.", []),
    ("", "Substrates of CYP3A4 often coincide with those of P-gp.", []),
    ("", "The label of metformin mentions renal impairment.", []),
    ("", "Penicillins do not prolong the interval.", []),
    ("", "Patients on Luvox should be asked about coffee intake.", []),
]

ALIASES: list[tuple[str, list[tuple[str, str]]]] = [
    ("Plavix (clopidogrel) is an antiplatelet agent.", [("Plavix", "clopidogrel")]),
    (
        "P-glycoprotein (P-gp), also known as MDR1 or ABCB1, is a pump.",
        [("P-glycoprotein", "P-gp"), ("P-glycoprotein", "MDR1"), ("P-glycoprotein", "ABCB1")],
    ),
    ("Rifampin, called rifampicin in most countries, is a rifamycin.", [("Rifampin", "rifampicin")]),
    ("ZORVEX (clopidogrel bisulfate) tablet", [("ZORVEX", "clopidogrel bisulfate")]),
    ("In Europe fluconazole is sold as Zorvexin.", [("fluconazole", "Zorvexin")]),
    ("Warfarin (a CYP2C9 substrate) was given.", []),
    ("Ketoconazole (a strong inhibitor) was given.", []),
    ("Statins (e.g. simvastatin) were given.", []),
    ("Warfarin (digoxin) was given.", []),
    ("Digoxin (Figure 2) was given.", []),
]
