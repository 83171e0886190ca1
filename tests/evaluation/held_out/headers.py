"""Names of columns in exports of Osiris, Progress, Magister, PeopleSoft, Blackboard, Canvas, Brightspace, Moodle, DUO, BRP and HR systems.

Each rule with names that say it; after the rule `nothing`, names that say none. The values are made to fit by `cases.py`.
"""

from __future__ import annotations

SAYING = {
    "student_number": "STUDENT_NUMMER; SSPSTUD_NR; Studentnr. Osiris; ANR_STUDENT; Deelnemer_nummer_Magister; Stamnr leerling; EMPLID; Campus ID; Student_ID_SIS; Batch Uid; BATCH_UID; external_person_key; "
                      "Org Defined Id; SIS Integration ID; Personeelsnr; Pers.nr.; MEDEWERKER_ID; Medew.nr; Employee No; staff_no; Studielink-nummer; Leerlingnummer LAS; Student Registration Number; UCAS Personal ID",
    "username": "User_Name; BB_USERNAME; D2L Username; LoginName; Inlognaam leerling; SamAccountName; EDUPERSON_PRINCIPAL_NAME; Gebruikersnaam AD; user login",
    "user_id": "USERS_PK1; user_pk1; D2L User Id; canvas_userid; learner uuid; ActorId; assessor_id; SubmittedByUserId; LastModifiedByUserId; mdl_user_id; enrolled_user_id; persoon_guid",
    "email": "PREFERRED_EMAIL; EMAIL_ADDR; E-mail (werk); e-mailadres ouder 1; Student e-mail; EmailPrive; InstitutionEmail; mailadres verzorger; Correspondentie e-mail",
    "phone": "PHONE_NBR; Mobiel nr. leerling; Tel. verzorger 1; telefoon_nood; Business Phone; MobilePhone1; Tel werk; thuistelefoon; home_phone_1; Telefoonnr overdag",
    "iban": "IBAN leerling; Bankrekeningnr; IBAN_MEDEWERKER; Bank account (IBAN)",
    "ip": "IP_ADDR; RemoteIP; ip_address_last; Client IP Address",
    "name": "ROEPNAAM; SSPNAAM; Geslachtsnaam partner; VOORVOEGSELS_GESLACHTSNAAM; Voornamen volgens BRP; Volledige naam leerling; NAME_DISPLAY; FIRST_NAME_SRCH; LAST_NAME_SRCH; Naam verzorger 1; "
            "Student Last Name; Student First Name; GivenName; FamilyName; Sortable student name; Naam mentor; aanspreeknaam; emergency contact name; Achternaam kind; Full Student Name; Birth name; MiddleInitial",
    "date_of_birth": "BIRTHDATE; GEB_DATUM; Geboortedatum leerling; DATE_OF_BIRTH; Geb.dat.; birth_dt; datum geboorte student; BirthDateString",
    "address": "ADDRESS1; Straatnaam + nr; Adres verzorger; Huisnummer toevoeging; HOME_ADDRESS_LINE1; Woonadres straat; Straat en nr; Adresregel",
    "document": "Nummer identiteitsbewijs; PASSPORT_NBR; Documentnr. ID; vreemdelingennr",
    "photo": "Leerlingfoto; PHOTO_URL; profile_image_url; EMPL_PHOTO",
    "bsn": "BSN leerling; NATIONAL_ID_BSN; SSP_BSN; Burgerservicenr.; bsn verzorger 1; BSN_SOFI; Burgerservicenummer (BSN); PGN (BSN/ONR); BSN-medewerker; BurgerServiceNr",
    "onderwijsnummer": "Onderwijsnr; ONDERWIJS_NUMMER; Onderwijsnummer leerling; OND_NUMMER",
    "a_nummer": "A-nummer BRP; ANUMMER; Administratienummer GBA",
    "special:health": "DISABILITY_IND; Functiebeperking omschrijving; ACCOMMODATION_TYPE; Extra tijd toetsen; extra_time_multiplier; TimeLimitExtension; special access time; Dyslexieverklaring aanwezig; Ziek gemeld; "
                      "ZIEKTEVERZUIMPERC; Verzuim wegens ziekte; Medische bijzonderheden; Medicijngebruik; ICD_CODE; DSM-diagnose; Zorgindicatie; ondersteuningsprofiel; Passend onderwijs arrangement; OPP aanwezig; "
                      "Rugzakje; Diagnose dyscalculie; arbeidsbeperking; WIA_STATUS; zwangerschapsverlof_van; Allergie; special_needs_code; handicap_ind; Faciliteit tentamen; exam adjustments; Reasonable Adjustments; SEN_STATUS",
    "special:ethnicity": "ETHNIC_GRP_CD; Etnische achtergrond; Land herkomst moeder; Geboorteland vader; geb_land_moeder; Migratieachtergrond CBS; Race/Ethnicity; cumi_status; nieuwkomer_status; Geboorteland ouder 2",
    "special:religion": "RELIGION_CD; Kerkelijke gezindte; Levensbeschouwing leerling; Religious Preference; Geloofsrichting",
    "special:union": "UNION_CD; Vakbondscontributie; lid vakbond j/n",
    "special:politics": "Political Party Affiliation; partij_voorkeur",
    "special:sex_life": "SEXUAL_ORIENT; seksuele oriëntatie",
    "special:gender_identity": "GENDER_IDENTITY_CD; Genderidentiteit student",
    "special:criminal": "VOG ontvangen; DBS_CHECK_STATUS; CRIMINAL_CONVICTION_FLAG; vog-datum; Strafrechtelijke antecedenten; Halt-verwijzing",
    "special:biometric": "Fingerprint_hash; face_recognition_id; vingerafdruk_id",
}
#: Proxies, which must be said as possible or more.
HINTING = {
    "special:ethnicity": "NATIONALITEIT_1; COUNTRY_OF_BIRTH; BIRTHCOUNTRY; Geboorteplaats; Thuistaal; CITIZENSHIP_STATUS; Verblijfstitel; nationaliteit 2",
    "special:health": "Verzuimreden; Absentie reden; REASON_LEAVE; Dieetwensen; Reden afmelding; bijzondere omstandigheden",
    "special:gender_identity": "PRONOUN; Pronouns student",
}
NOTHING = ("ACAD_CAREER; ACAD_PROG; STRM; CLASS_NBR; CRSE_ID; SUBJECT; CATALOG_NBR; GRADING_BASIS; CRSE_GRADE_OFF; UNT_TAKEN; COURSE_PK1; crsmain_pk1; cursus; CURSUS_KORTE_NAAM; toets_omschrijving; RESULTAAT; "
           "aanvangsblok; collegejaar; Voldoende/Onvoldoende; examentype; OrgUnitId; OrgUnitName; GradeObjectName; ContentObjectId; TopicTitle; NumVisits; TotalTime; IsCompleted; LastVisited; "
           "enrollment_state; course_section_sis_id; assignment_group_id; points_possible; late_policy_status; itemmodule; itemname; finalgrade; rawgrademax; hidden; locked; cmid; instanceid; contextlevel; "
           "vak_code; leerjaar; lesuur; les_datum; rooster_id; periode_cijfer; weging; studie_fase; instroommoment; vooropleiding_niveau; opleidingsvorm; inschrijvingsvorm; croho-code; BRIN; vestigingscode; "
           "FTE; functieschaal; afdeling_code; kostenplaats; contracttype; salarisschaal_trede; dienstverband_begindatum; message_count; word_count; reply_depth; device_type; os_version; browser_name; http_status; "
           "duration_seconds; verb; result.score.scaled; object.definition.type; context_platform; item_difficulty; question_bank; submission_attempts; email_bounced; has_profile_picture; phone_confirmed; ip_restricted; ")


def split(names: str) -> list[str]:
    """Give the names."""
    return [name.strip() for name in names.split(";") if name.strip()]
