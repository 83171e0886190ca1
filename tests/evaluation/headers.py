"""Names of columns as real exports have them, each with what it says; written down before the lexicon was made to fit.

`found`: at least that rule must be found when values fit. `possible`: said, but no more than possible by the name alone.
`nothing`: no rule may be found on ordinary values.
"""

from __future__ import annotations

BSN = ("bsn; BSN; Bsn; BSN_nr; bsnnr; bsn_nummer; BSNnummer; bsnStudent; student_bsn; StudentBSN; burgerservicenummer; Burgerservicenummer; "
       "burgerservicenr; Burger Service Nummer; BURGERSERVICENUMMER; sofinr; sofi; SoFi-nummer; sofinummer; pgn; PGN; PGN_nr; pgn nummer; "
       "persoonsgebonden nummer; PersoonsgebondenNummer; persoonsgebonden_nummer; persoonsgeb_nr; citizen_service_number; citizenServiceNumber; "
       "BSN/onderwijsnr; bsn_hash_orig; Student.BSN; mdw_bsn; bsn_ouder1; sofi nr.; nationaal identificatienummer; Dutch BSN")
ONDERWIJSNUMMER = "onderwijsnummer; Onderwijsnummer; onderwijsnr; OnderwijsNr; onderwijs_nr; ondwnr; ond_nr; OWN_nummer; education_number"
A_NUMMER = "a-nummer; A_nummer; anummer; Anr; administratienummer; GBA_Anummer; a nummer"

IDENTIFIERS = {
    "student_number": "studentnummer; Studentnummer; StudentNummer; student_nummer; studentnr; studentNr; stud_nr; studnr; STUDENTNR; Student ID; student_id; "
                      "StudentId; studentID; student number; Student No.; id_student; stamnummer; stamnr; leerlingnummer; leerlingnr; Leerling nr; Deelnemersnummer; "
                      "deelnemernummer; deelnemernr; deelnemer_nr; personeelsnummer; personeelsnr; persnr; medewerkernummer; medewerkernr; mdw_nr; employeeNumber; "
                      "employee_id; staff_number; SIS User ID; sis_user_id; sisUserId; OrgDefinedId; Org Defined ID; idnumber; ID-nummer; ID number; Nummer (ID); "
                      "matrikelnummer; student_code; studentcode; studielinknummer; kandidaatnummer; candidate_no; cursistnummer; cursist_nr; studentnummers; "
                      "registratienummer student; persoonsnummer; external_student_key; studentNumber; sNumber; snummer; collegekaartnr; osiris_studentnr",
    "username": "username; Username; user_name; userName; gebruikersnaam; Gebruikersnaam; login; Login ID; loginId; login_name; SIS Login ID; sis_login_id; inlognaam; "
                "accountnaam; netid; NetID; uvanetid; UvAnetID; solis-id; ulcn_account; eduPersonPrincipalName; eppn; upn; userPrincipalName; samAccountName; account; "
                "gebruikers_naam; logincode; inlogcode; schacPersonalUniqueCode",
    "user_id": "userid; user_id; userId; UserID; User Id; gebruiker_id; gebruikersid; GebruikerId; uid; learner_id; learnerId; person_id; personId; persoon_id; "
               "canvas_user_id; moodle_id; moodle_userid; relateduserid; realuserid; submitter_id; grader_id; author_id; teacher_id; docent_id; created_by_user_id; "
               "anonymous_user_id; actor; actor_id; lti_user_id; participant_id; eckid; ECK iD; user_uuid; userGuid; modifierid; UserIdentifier; profile_id; tutor_id",
    "email": "email; Email; e-mail; E-mail; E-mailadres; emailadres; email_address; EmailAddress; emailStudent; student_email; mailadres; mail; prive_email; "
             "priveEmail; e-mail instelling; email_prive; studentmail; UserEmail; contact_email; e_mail_adres; mail_address; schoolmail; external_email; email1; Student E-mail Address; emailstudent",
    "phone": "phone; Phone; phone1; phone2; telefoon; Telefoonnummer; telefoon_thuis; telefoonnr; tel; tel_nr; telnr; TelefoonMobiel; mobiel; mobiele nummer; mobile; "
             "mobile_phone; cell; gsm; 06-nummer; mobiel_nr; Phone Number; telefoonthuis; noodnummer; contact telefoon; whatsapp",
    "iban": "iban; IBAN; rekeningnummer; bankrekening; Bankrekeningnummer; rek_nr; bank_account; iban_nummer; IBANnr",
    "ip": "ip; IP; ip_address; ipAddress; IP-adres; lastip; last_ip; remote_addr; client_ip; IP address; ipadres; userip; user_ip; ip_addr",
    "mac": "mac; mac_address; MAC-adres; macaddress; MacAddr",
    "device": "device_id; deviceId; session_id; sessionId; sessie_id; session; cookie_id; MoodleSession; apparaat_id; imei; advertising_id; device_uuid; sid; session_token",
    "name": "naam; Naam; naam_student; studentnaam; StudentNaam; student_name; Student Name; full_name; Full name; fullname student; volledige naam; Volledige_naam; "
            "Volledige naam van de gebruiker; User full name; Affected user; Over gebruiker; voornaam; Voornaam; roepnaam; voornamen; achternaam; Achternaam; "
            "geslachtsnaam; familienaam; first_name; firstName; FirstName; last_name; lastName; Last Name; surname; given_name; family_name; middle_name; maiden_name; "
            "sortable_name; displayName; display_name; docentnaam; naam docent; naamdocent; teacher_name; mentor; slb'er; begeleider; contactpersoon; tussenvoegsel; "
            "voorvoegsel; voorletters; initialen; initials; Student; student; Leerling; naam ouder; naam_moeder; achternaam_partner; Naam Student; studentname; "
            "preferredName; roepnaam_student; Deelnemer; beoordelaar; examinator; aanmelder; vnaam; anaam; voorl; tussenv; naam medewerker; gezinsnaam",
    "date_of_birth": "geboortedatum; Geboortedatum; gebdat; gebdatum; geb_datum; geb.datum; Geb. datum; date_of_birth; dateOfBirth; DOB; dob; birthdate; birth_date; "
                     "birthDate; Birthday; datum_geboorte; geboorte_dt; geb_dat; geboortedag; student_dob; dateofbirth; geboortedt",
    "address": "adres; Adres; woonadres; straat_huisnummer; straat en huisnummer; home_address; postadres; thuisadres; correspondentie_adres; street_address; "
               "adresregel1; address_line_1; verblijfsadres; huisnummer; huisnr; straat",
    "photo": "foto; pasfoto; photo; profile_picture; avatar_url; avatar; profielfoto; photo_url; user_image; portretfoto; fotobestand; student_photo",
    "document": "paspoortnummer; paspoort_nr; passport_number; passportNo; documentnummer_id; identiteitskaartnummer; id_kaart_nr; vreemdelingennummer; v-nummer; rijbewijsnummer; visa_number",
}

SPECIAL = {
    "special:health": "dyslexie; Dyslexie; dyslexia; heeft_dyslexie; dyslexieverklaring; dyscalculie; functiebeperking; Functiebeperking; functiebeperking_code; "
                      "functieBeperkingOmschrijving; ind_functiebeperking; handicap; handicap_code; disability; Disability; disability_status; extra tijd; Extra tijd; "
                      "extra_tijd; ExtraTijd; extratijd; extra_time; extraTime; extra_tijd_minuten; Extra tijd toegekend; recht_op_extra_tijd; tijdsverlenging; "
                      "tentamenvoorziening; toetsvoorziening; voorziening_toets; Voorziening tentamen; accommodations; Accommodation; accommodation_type; "
                      "special_needs; SpecialNeeds; adhd; autisme; ass; ziekmelding; ziek; ziekteverzuim; sick_leave; ziekmeldingen_aantal; gezondheid; medische_gegevens; "
                      "medical_notes; diagnose; diagnosis; diagnosecode; icd10; ICD-10; dsm_code; medicatie; medication; allergieën; allergies; zwanger; zwangerschap; "
                      "zwangerschapsverlof; pregnancy; chronisch_ziek; mantelzorger ziek; studentenpsycholoog; burnout; psychische_klachten; beperking; beperkingen; "
                      "assignedNeeds; personalNeeds; personal_need; rolstoel; slechtziend; vaccinatiestatus; passend_onderwijs; studeren_met_functiebeperking; "
                      "bijzondere_voorziening; AdditionalTime; extended_time; time_extension; ondersteuningsbehoefte; zorgplan; hulpmiddelen; ziekte; arbeidsongeschikt; Disabled",
    "special:ethnicity": "etniciteit; Etniciteit; ethnicity; ethnic_group; ras; race; herkomst; Herkomst; herkomstindikking; HerkomstIndikking; migratieachtergrond; "
                         "migratie_achtergrond; geboorteland_ouder1; GeboortelandOuder1; geboorteland_moeder; geboorteland vader; geblandvader; geboortelandmoeder; "
                         "country_of_birth_mother; parent_country_of_birth; herkomstland; niet_westers; allochtoon; generatie_migratie; huidskleur; etnische_groep; "
                         "geb_land_ouder_1; geboorteland ouders; culturele_achtergrond; herkomst_cbs",
    "special:religion": "religie; Religie; geloof; Geloof; geloofsovertuiging; godsdienst; levensovertuiging; religion; religious_belief; kerkgenootschap; church_membership; "
                        "levensbeschouwing; kerkelijke gezindte; faith; religieuze_achtergrond",
    "special:politics": "politieke_voorkeur; politieke partij; partijlidmaatschap; political_party; political_opinion; politicalAffiliation; stemvoorkeur; stemgedrag; politieke overtuiging",
    "special:union": "vakbond; vakbondslid; lid_vakbond; vakbondslidmaatschap; trade_union; union_member; tradeUnionMembership; union_membership; lidmaatschap vakbond",
    "special:sex_life": "seksuele_geaardheid; seksuele voorkeur; geaardheid; sexual_orientation; sexuality; sexualOrientation; lhbti; lhbtiq; lgbt; seksuele gerichtheid",
    "special:gender_identity": "genderidentiteit; gender_identity; genderIdentity; transgender; genderexpressie",
    "special:biometric": "vingerafdruk; fingerprint_template; biometrie; biometric_data; face_embedding; gezichtsherkenning; irisscan; voiceprint; keystroke_dynamics; gezichtsscan; face_template",
    "special:genetic": "dna_profiel; genetic_data; genetische_gegevens; genotype; dna; erfelijke_aandoening",
    "special:criminal": "strafblad; vog; VOG; VOG_datum; vog_afgegeven; verklaring omtrent gedrag; criminal_record; criminalRecord; veroordeling; conviction; "
                        "strafrechtelijk_verleden; veroordelingen; justitiele_documentatie; detentie; antecedenten; police_check",
}

#: Proxies: to be said, as possible or more.
POSSIBLE = {
    "special:ethnicity": "nationaliteit; Nationaliteit1; nationality; nationaliteit_code; geboorteland; country_of_birth; countryOfBirth; birth_country; moedertaal; "
                         "thuistaal; mother_tongue; staatsburgerschap; citizenship; native_language; gebland; landcode_geboorte",
    "special:health": "dieetwensen; dieet; reden_afwezigheid; absence_reason; verzuimreden; persoonlijke_omstandigheden; special_circumstances; reden_verzuim; reden uitstel",
    "special:gender_identity": "pronouns; voornaamwoorden; aanspreekvorm; preferred_pronouns",
}

FREE_TEXT = ("opmerking; opmerkingen; Opmerkingen docent; notitie; notities; toelichting; comment; comments; submission_comments; remarks; note; feedback; Feedback; "
             "message; post_text; bericht; motivatie; motivatiebrief; reflectie; vrije_tekst; gespreksverslag; antwoord_open_vraag; bijzonderheden; feedback_docent; open_answer")

NOTHING = (
    "id; ID; course_id; courseid; cursus_id; cursuscode; course_code; vakcode; coursename; cursusnaam; vaknaam; naam_cursus; course_name; fullname; shortname; "
    "opleidingsnaam; naam_opleiding; opleiding; opleidingscode; programme; program_name; croho; crohocode; isat; brin; brincode; brinnummer; instellingscode; "
    "instellingsnaam; school_name; faculty; faculteit; naam faculteit; department; afdeling; cohort; cohortjaar; collegejaar; studiejaar; academic_year; "
    "academic_year_code; jaar; year; week; weeknummer; periode; semester; blok; module; module_id; modulenaam; assignment_id; assignment_name; opdrachtnaam; quiz_id; "
    "quiznaam; attempt; attempt_id; attemptnumber; poging; cijfer; grade; final_grade; score; percentage; punten; points_possible; ects; studiepunten; credits; resultaat; "
    "result; uitslag; geslaagd; passed; bsa; status; state; workflow_state; type; event_name; eventname; gebeurtenisnaam; component; action; target; objectid; objecttable; "
    "contextid; contextlevel; crud; edulevel; origin; Oorsprong; timecreated; timemodified; created_at; updated_at; tijd; datum; date; timestamp; duration; duur; "
    "aantal_clicks; clicks; views; views_count; login_count; aantal_inlog; last_login; lastaccess; email_verified; emailstop; email_notifications; mailformat; "
    "maildisplay; phone_verified; has_photo; ip_filter; language; taal; lang; locale; timezone; country; land; stad; city; plaats; woonplaats; regio; region; "
    "provincie; gender; geslacht; leeftijd; age; age_band; vooropleiding; vorm_vooropleiding; highest_education; profiel; vwo_profiel; voltijd_deeltijd; "
    "group_id; groupname; groepsnaam; klas; lokaal; room; zaal; gebouw; rol; role; role_id; roleid; section; section_name; section_id; term_id; enrollment_id; "
    "enrol_id; inschrijving_id; inschrijvingstatus; inschrijfnummer_cursus; file_name; bestandsnaam; filesize; mimetype; url; resource_url; link; tags; category; "
    "categorie; description_format; format; version; sortorder; visible; enabled; hidden; is_active; actief; indicatie_hoofdinschrijving; eerstejaars; "
    "indicatie_eerstejaars; studielast; toetscode; toetsnaam; toetsvorm; toets_id; deeltoets; weging; vakgroep; student_count; aantal_studenten; students_enrolled; "
    "student_type; studentstatus; student_union_event; teacher_count; user_type; usertype; user_role; gebruikerstype; acid; cid; grid; valid; classname; class; "
    "klasnaam; rasterlijn; terras; grass; vogel; sickle; unionfind; racetrack; trace_id; geloofwaardigheid; faculty_of_health; health_check; health_sciences; "
    "disability_studies; medische_faculteit; studierichting_gezondheid; religious_studies_course; political_science; genetica_vak; strafrecht; criminology_grade; "
    "cursus_strafrecht; vak_politicologie; isbn; ean; barcode; artikelnummer; factuurnummer; ordernummer; bestelnummer; kvk; kvk_nummer; zaaknummer; ticket_id; "
    "transaction_id; product_id; deviceType; device_type; os; browser; user_agent; screen_width; session_count; session_duration; topsport; mantelzorg_uren_vak; "
    "postcodecijfers; pc4; postcode_regio; imd_band; maandnummer; volgnummer; regelnummer; rijnummer; weeknr; vaknr; groepsnummer; lokaalnummer; versienummer; "
    "peildatum; inschrijfdatum; uitschrijfdatum; diplomadatum; startdatum; einddatum; deadline; due_at; unlock_at; toegelaten; propedeuse; diploma; rooster; "
    "aanwezigheid; attendance; presentie; lesuren; docenturen; bezoekers; item_name; item_id; rubric; outcome; badge_name; thema; onderwerp_code; bron; tool; "
    "verb; object_type; activity_name; result_success; completion; progress; page_views; forum_id; discussion_id; post_id; thread_id; reply_count; word_count; timelimit_quiz; "
    "attempts_allowed; grading_type; submission_types; weight; nummer_toets; cursusgroep_code; organisatie; bedrijf; provider; host; server_ip_range; domain; license; prijs")


def split(text: str) -> list[str]:
    """Give the names of a list."""
    return [name.strip() for name in text.split("; ") if name.strip()]
