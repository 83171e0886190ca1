"""Make lapipe/detect/data/: names of people from openly licensed lists, folded and marked where they are ordinary words too.

    python -m pip download --no-deps faker==40.63.0 mimesis==22.2.0 names==0.3.0     (unpack them into FOLDER)
    apt-get download wdutch=1:2.20.19-2 wamerican=2020.12.07-2 wbritish=2020.12.07-2 (dpkg -x them into FOLDER/deb)
    python tests/evaluation/make_names.py FOLDER
"""

from __future__ import annotations

import gzip
import importlib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from lapipe.detect.names import fold

OUT = Path(__file__).parents[2] / "lapipe" / "detect" / "data"
#: Icelandic lists are long and of names that hardly occur here; Irish ones are place-like; `es` and `en_TH` are samples.
_LEFT_OUT = ("is_IS", "ga_IE", "es", "en_TH", "is", "en-au", "en-ca", "en-gb")
#: Surnames of the 1990 United States census (public domain) are used down to this rank.
_CENSUS_RANK = 6000

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "’": "", "'": ""}
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m", "ν": "n",
    "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o"}

# Written down for lapipe: names that are frequent in the Netherlands and missing above (Moroccan, Turkish, Surinamese, Antillean,
# Moluccan, Indonesian, Chinese, Korean, Vietnamese, Somali, Eritrean, Afghan, Iranian, Syrian, Kurdish, Bosnian, Frisian, Flemish).
_OWN_GIVEN = """
abdelaziz abdelhak abdelhamid abdelilah abdelkarim abdellatif abdelmajid abdelmalek abdelouahid abderrahim abdessamad achraf adil amine anas
anouar ayman ayoub aziz badr bilal brahim chakib driss el-hassan fouad hakim hamid hamza hassan hicham houssam ibrahim ilias ilyas imad ismail
issam jamal kamal karim khalid lahcen larbi mehdi mimoun mohamed mohammed mohamad muhammed mouad mourad moussa mustapha mustafa nabil najib
nordin noureddine omar osama othman rachid rafik redouan reda rida said salim samir selim soufian soufiane tarik taoufik walid yassin yassine
younes youness youssef yusuf zakaria zakariya ziyad aicha aisha amal amina asmae asma assia bouchra btissam chaima dounia farah fatiha fatima
fatna fatima-zahra hafsa hajar halima hanae hanan hayat hind houda ikram ilham imane jamila kaoutar karima khadija laila lamia latifa leila
loubna malika mariam meryem mounia naima najat najoua nadia naoual nora noura nour rachida rajae rania sabah salma samira sanae sara sihame
siham soraya souad soumaya touria wafae yamina yasmina zahra zineb zohra
ahmet ali alper arda atakan aykut baris batuhan berat berkay burak bulent can cem cemal deniz doruk efe emir emre enes erdem eren ercan erhan
ertugrul fatih ferhat furkan gokhan hakan halil harun hasan huseyin ibrahim ilker kaan kadir kemal kerem koray levent mehmet mert metin murat
mustafa oguz okan omer onur orhan osman ozan ozgur polat ramazan recep sedat selcuk semih serdar serkan sinan suat suleyman tayfun tolga tuncay
tugrul ufuk ugur umut veysel volkan yasin yavuz yigit yilmaz yunus yusuf zeki aleyna asli ayla ayse aysel aysun azra bahar berfin beyza burcu
busra cansu ceren derya dilara dilek ebru ece ecrin ela elif emine esma esra eylul fadime fatma feride figen filiz gamze gizem gonul gul gulsen
gulten hacer hande hatice havva hilal hulya irem kubra leyla meltem melisa melike merve meryem mine muge nazli neslihan nihal nilgun nisa nur
nuray nurcan ozge ozlem pelin pinar rabia rukiye sebnem seda sema sena serap sevda sevgi sevim sevil sibel sinem songul sultan sumeyye tugba tuba
tulay yagmur yasemin yeliz zehra zeliha zeynep zumra
anand anil anoep ashwin avinash biharie chandra dharm dinesh ganesh harish jagdish kiran krishna mahesh mohan mukesh naresh navin pawan
prakash raj rajesh rakesh ramesh ravi rishi roshan ryan sanjay satish shiv soerin suresh sunil surya vijay vikash vinod vishal anjali anita
aarti asha chandni devika geeta gita indra kamla kavita lalita madhuri manisha maya meena nisha pooja priya radha radjkumarie reshma rita
roshni sandhya sangeeta sarita savita seema sharda sharmila shanti sheila sita soenita sonia sunita sushma usha varsha vidya
cheryl clyde delano edgar errol giovanni glenn humphrey iwan jerrel jermaine orlando ruben rudy serginho winston wensley kenrick quincy
urvin rodney romeo sherwin shurendy tyron vurnon churandy raynaldo chantal charlene chermaine dionne genevieve jahaira joan ludmila
mirella naomi quisha rachel raquel shanice sharon shirley tamara urmy xiomara yolanda zamira
adi agung agus ahmad andi andika arief arif bagus bambang bayu budi cahya dedi dian didik dimas dwi edi eko endah fajar febri galih gita gunawan
hadi hendra heru indah intan irfan iwan joko kartika lestari made maulana muhamad nita nur nyoman putra putri putu rahmat ratna rina rizki
rizky rudi sari sigit siti slamet sri sukarno surya susanti teguh tri utami vina wahyu wati wayan wibowo widya yanti yoga yudi yuni
wei fang xiaoming xiaohong jing jun hao hui lei yang yong jie ming xin yan yu yue ying zhen zhi xiu mei ling qing jia jiayi zihan yichen
haoran yuxuan zixuan mengyao siqi ruoxi xinyi yihan chenxi junjie haoyu yifan zhiwei xiaoyan xiaoli xiaofeng weiwei tingting fangfang lili
minjun seojun jiwoo seoyeon jihoon hyun minji sooyoung eunji yuna jisoo hyejin kyungsoo jaehyun donghyun
nguyet huong linh phuong thao trang thu thuy tuan minh quang duc duy hieu hung khanh long nam phuc quan son thanh thinh tien toan trung tung
abdi abdirahman abdullahi ahmed asad ayaan ayan bashir daud farhan fartun fadumo guled habiba hodan hodo ifrah ilhan iman ismahan khadra
liban mahad maryan mohamud muna nasra nimco sagal sahra warsame yahye yasmin zamzam
abel aron awet biniam dawit eden ermias eyob filmon finan freweyni haben hana helen henok hermon isaias kidane kibrom merhawi meron mihret
mulugeta nahom natnael rahwa ruta saba samrawit selam semhar senait simon tekle tesfay tsegay yonas yordanos yohannes zeray
abdul abdullah aminullah farid farhad farzana fawad habibullah hamed hashmat homayoun khaled latifa mahmoud maryam masoud mirwais mujtaba
najib nargis nasir nazanin omid parwana qasim rahim reza roya sadaf sahar samim shabnam shahla sohrab tahmina wahid yalda zabihullah zahra
alireza amir amirhossein arash ardeshir arman babak bahram behnam behrouz dariush ehsan elham elnaz farhad farzad fereshteh golnaz hossein
kamran kaveh keyvan kian kourosh ladan laleh mahsa maral maryam mehrdad mina mojtaba mona nasrin navid negar niloofar nima parisa parsa
payam pooya ramin saeed sahar saman sepideh shahin shahram shirin siamak sina soheil taraneh vahid yasaman
abdulkarim abdulrahman aboud adnan alaa ammar anwar basel bassam bashar dima diaa fadi faisal firas ghassan haidar hala hasan haytham hazem
hiba hussein iyad jawad joud judi khaldoun lina luay maher mahmoud majd malek manar mariam marwa mazen mohanad mohannad muhannad munir nader
nawal nizar obada odai omar ossama qusai raghad rami rana rasha razan rima ruba saleh salwa samer sami shadi sulaiman tamer tarek tareq
wael waleed wassim wisam yaman yara yazan yousef zain zaid zeina
azad baran berivan delal dilan evin hejar helin jiyan kawa newroz rojda rojin sherzad sherwan zana zilan zagros
admir adnan alma almir amela amra azra damir dino edin elvir emina emir enes ermin haris jasmina kemal lejla mirela mirza nermin nermina
sabina sanela sanja selma semir senad vedran zlatan
anne-fleur baukje bauke boukje douwe durk eeltsje feike fokke foppe froukje fedde gerben geertje geesje hanneke harmen hessel hidde hinke
idske ids jantine jeltje jelle jelmer jorrit jitske jildou klaske lieuwe liesbet lolkje marijke meindert minke nynke oane oeds pytsje reinder
rients rixt rommert rinske sietse sietske sjoerd sjoukje siebe sybren sytse tjeerd tjitske tsjikke wiebe wietse wieke wytske wytze ybe ynske
aafke aagje aart adriaan adriana adrie agnes albert alexander alida alie alwin anneke annelies annemarie annemiek annet annick annika anouk
anton antoon arend arie arjan arjen arno arnold arnoud astrid aukje babette barbara bart bas bastiaan beatrijs ben bennie berend bernadette
bert bianca boris bram brechtje britt camiel carel carla carlijn carola caroline cas casper catharina cees charlotte chris christiaan
christina claudia coen conny cora corine cornelis dagmar danielle david debby demi dennis desiree diana dick diederik dieuwertje dirk dorien
ebbe eefje eelco eline elisabeth elise elke ellen els elsbeth emiel emma erik erwin esmee esther eva evelien ewoud ferdi femke fenna fiona
fleur floor flip floris frank frans fred freek frederik frits gea geert gerard gerda gerrit gert gertjan gijs gijsbert gonda greetje guido guus
hannah hans harm harrie harry hedwig hein heleen helena hendrik hendrika henk henriette herman hester hilde hubert hugo ida ilona ilse imke
ineke inge ingrid ingeborg irene iris isa ivo jaap jacob jacobus jacqueline jan janna janneke jannie jan-willem jasmijn jasper jeanette
jeffrey jelle jeroen jesse jet jochem joep johan johanna johannes joke jolanda joost joos joris jos josephine judith julia juliette jurgen
jurriaan karel karin katja kees kim klaas koen koos krijn lambert lara laura laurens leen lenie leo leonie leonoor lieke lies lieve lisanne
lisette lotte louise lucas luuk maaike maarten maartje machteld manon marc margot margreet maria marianne marieke marije marijn marinus marit
marja marjan marjolein mark marleen marlies marloes martijn martin martine matthijs maud maurits max maxime meike melanie menno merel mia michiel
miek mieke mirjam mirte monique myrthe nathalie nel nelleke nick nicole niek niels nienke nina noortje olaf olga oscar ot otto patricia
paul pauline peter petra philip pien pier piet pieter pieternel pim puck quinten quirijn rachel ralf ramon raymond reinier reinout remco renate
rene renee rens richard rianne rick riet rik rinus rob robbert robin roderik roel roeland roelof rogier roland rolf romy ron ronald rosalie
rosanne ruben rudolf ruud ruurd ruth saar sabine sander sanne saskia sebastiaan selma siem sietske silke simone sjaak sjors sophie stan stefan
stefanie steven stijn sven sylvia tanja tess tessa teun teunis theo thea thijs thijmen thom thomas thirza tijmen tijs tim tineke titia tjerk
tom ton toon trijntje trudy truus ursula valerie veerle vera victor vincent viola wenda wessel wendy wiebe wieger wieke wil wilbert willem
willemijn wim wilma wouter wout xander yannick yvette yvonne zoe
"""
_OWN_SURNAME = """
aarab abbou aboutaleb achahbar achour addou ahalouch ahmadi ahmed aissati akkouh alami allouchi amghar amrani aouragh arib asbai aynan azarkan
azouagh azzouzi baali bakkali bakali barkaoui belhaj belhadj benali benamar benaissa bencheikh bendaoud benhaddou benhammou benjelloun bennani
benomar bensaid bouali bouanani bouazza boucetta bouchikhi boudih boufangacha bouhaddou boujemaoui boukhari boulahrouz boulakhrif bousaidi
bouyeri bouzidi bouzambou chaara chahboun chahid chakir charkaoui chebli cherkaoui daoudi dahmani derkaoui eddaoudi elhamdaoui fassi ghali
haddad haddadi haddouch hachchi hajji hamdaoui hamidi hammouch harchaoui harrak hassani hassnaoui hilali idrissi jabri jettou kaddouri kachtit
karimi khattabi khalloufi labyad lachhab laghzaoui lahlali lamrabet lazaar lamhamdi louali maatoug maazouz mahdaoui maimouni malki marcouch
marzouki mazraoui meziani mimouni mokhtari morabet mouhandiz moussaoui nasri naji ouaali ouali ouahbi oulad oulkadi rahmouni rahmani ramdani
saadi saidi salhi salmi sbai sefiani serroukh soussi tahiri talbi talhaoui tazi tahrioui temsamani touzani yahyaoui yaakoubi ziani ziyech zouhri
zerouali
acar akbulut akgul akin akkaya akkus aksoy aktas akyol akyuz albayrak alkan altintas arikan arslan aslan atalay ates avci ay aydemir aydin ayhan
balci bal bas baskurt bayrak bayram bektas bilgin bingol bozkurt bulut can candan celik cengiz ceylan cetin cinar coban coskun dag dede demir
demirci demirel demirtas deniz dincer dogan duman durmaz durmus ekinci elmas er eraslan erdem erdogan eren ergin ergun erkan erol ersoy ertas
gul gulec gumus gunay gunduz gunes guler gungor guven gurbuz has inan ipek isik kalkan kaplan kara karabulut karaca karadag karadeniz karakaya
karakoc karaman karatas kaya keles keskin kilic kilinc kiraz koc kocak korkmaz kose koyuncu kurt kuru kucuk kuzu mutlu oguz ok oktay onal oral
orhan ozcan ozdemir ozdogan ozen ozer ozgur ozkan ozmen ozturk ozyurt pala pekin polat sahin sari sarikaya sen sener simsek soylu sonmez tas
tasci tekin temel temiz tepe toprak topal topcu toy tuna tunc turan turk turkmen tuzun ucar ulusoy unal ural uslu uysal uzun varol vural yalcin
yaman yasar yavuz yazici yenigun yilmaz yigit yildirim yildiz yuksel yurt zengin
autar baboeram badal baldew baldewsingh balgobind ballabh bansi bhagwandas bhagwandin bhageloe bhoelai bihari biharie bisessar bissessur boedhoe
boedhram chander chandrikasingh chotkan debidien dhanes dihal doebar doerga doergaram gajadhar gangadin ganga ganpat girdhari girjasing goerdat
gobind gopal goerdin hira hirasing jagernath jagesar jagroep jadnanansing jainandunsing jaipal jankie jarbandhan jhinkoe kalika kalka kalpoe
kanhai khargi khodabaks khoenkhoen kishoen kissoensingh lachman lachmansingh lachmising lalaram lalta madari mahabier mahabir mahadew
mahawatkhan makhan manna matai mathoera mohan mungra nanhekhan narain nandpersad oedit oemrawsingh parmessar persad pherai piar poeran
rambaran rambharose ramadhin ramautar ramawadhdoe rambali ramcharan ramdas ramdhani ramdin ramdjan ramjiawan ramlal ramkisoen ramkema ramnath
rampersad ramsahai ramsaran ramsaroep ramsoedh ramsundersingh rathipal ritoe sahtoe santokhi sardjoe sewbalak sewnath sewpersad sheombar
shankar sital sitaram soekhai soekhlal soeknandan soekhoe soerdjbalie somai sonai soebedar tewarie tewari
abisoina adhin afonsoewa amatali amiemba asinga blackson bouterse brunswijk darnoud deekman doorson eduards emanuels esajas fernandes ferrier
gooding gravenberch gullit hasselbaink held hoever hoost kluivert landveld landvreugd lieveld linger madretsma martodihardjo menig mijnals monsels
nelom nooitmeer pinas pinto plet promes reiziger rijkaard rodgers seedorf soemita somohardjo stekelenburg sumter tjon tjon-a-tsien tjin venetiaan
verwey vreden wekker wijnaldum wijngaarde winter zichem
bernadina cijntje clarinda constancia curiel eustatia floranus girigori isenia janga jansen-francisca leito lourens maduro martina martis merkies
nahr nicolina ostiana pieternella pietersz pourier provence rosalia rosario schoop statie thode winklaar zimmerman
hetharia huwae kakisina lainsamputty latuheru latumahina lawalata leatemia leihitu lekatompessy lokollo malawau manuhutu manuputty manusama
matulessy metiary nanlohy nikijuluw noya pattiasina pattikawa pattinama pattiselanno patty pelamonia pesireron pesulima pical picauly polnaya
pupella rahayaan rumahlewang ruhulessin sahertian sahetapy salakory salampessy sapulete sitanala siwalette sopacua sopamena supusepa tahapary
tahitu taihuttu talahatu tanamal titaley toisuta tuhuteru tuhumury tupamahu tutuarima tuasela uktolseja wattimena wattimury
gunawan halim hartono hidayat kurniawan kusuma lestari lim nugroho permana pratama purnama putra rahman rahardjo ramadhan santoso saputra
setiawan setyawan simanjuntak siregar sitompul soekarno suharto sulistyo suryadi susanto sutanto tanoto utomo wibowo widjaja wijaya wirawan yulianto
li wang zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang feng yu dong xiao cheng cao
yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye yan pan du dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin
hao kong bai cui kang mao qiu qin gu hou shao meng long wan duan qian yin chang qiao lai gong wen chan cheung chow chu fung kwok lai lau leung
liem lo mak ng poon tsang wong yeung yip yuen tang tsui
kim lee park choi jung kang cho yoon jang lim han shin seo kwon hwang ahn song hong jeon moon yang bae baek nam
nguyen tran le pham hoang phan vu dang bui do ho ngo duong ly dinh truong doan luu mai trinh
abdi abdullahi adan ahmed ali barre farah hassan hersi hussein ibrahim isse jama mohamed mohamud mire nur omar osman sharif warsame yusuf
abraha amanuel asfaha berhane embaye gebremariam gebremedhin gebremeskel gebreyesus ghebremedhin ghebreselassie ghide goitom habte habtemariam
haile hagos kahsay kidane kiflu mebrahtu mehari negash ogbazghi okbay tekle teklemariam tesfamariam tesfamichael tesfay tewelde tewolde weldu
woldu yemane zerai zeray
ahmadzai amiri ayubi azizi faizi ghafari habibi haidari hakimi hashimi hotak hosseini jafari karimi karzai mohammadi mohammadzai moradi naderi
nazari niazi noori popal qaderi rahimi rasuli rezai sadat sahak salehi samadi sharifi stanekzai sultani wardak yusufi zadran
ahmadi akbari amini asadi bagheri ebrahimi eskandari farahani ghasemi ghorbani heidari hosseini jafari karimi kazemi khosravi mahmoudi mirzaei
mohammadi moradi mousavi najafi nazari nouri rahimi rahmani rezaei sadeghi salehi shahbazi sharifi soltani tehrani yazdani zamani zare
al-ahmad alahmad albakr alhaj alhariri alhassan alhussein alibrahim alkhalil alkhatib almasri almohammad alnajjar alomar alsaleh alshami
alsharif darwish haddad hamdan hamwi hariri hijazi ibrahim issa jabbour kanaan khalil khatib khoury kurdi mansour masri najjar nasser qasim
sabbagh saleh salloum sayegh shaheen shehadeh sheikh suleiman taha touma youssef zeidan
ahmetovic alic begic begovic delic dzeko hadzic halilovic hasanovic hodzic husic ibrahimovic imamovic kovacevic mehmedovic memic mujic
mujkic mustafic omerovic osmanovic petrovic salihovic smajic suljic
dijkstra hoekstra hofstra jongsma haitsma kooistra miedema nauta postma sikkema sinnema sjoerdsma terpstra tilstra veenstra visser wiersma
wijnstra ypma zijlstra zeinstra
bakker beekman bosman brouwer bruijn buijs dekker dijk dijkman dijksterhuis driessen gerritsen groen groot haan heijden hendriks hermans
hoek jacobs jansen janssen jong kaya koning kok kramer kuijpers kuipers lange leeuwen linden maas martens meijer mol molenaar mulder peeters peters
pol post prins sanders schouten schepers smeets smit smits timmermans veen veenhuizen velde verbeek verhoeven vermeulen vink visser vos vries wal
willems wit witte zanden zwart
"""
#: Months and weekdays, first letters up in English, and places after which people are named: ordinary words all the same.
_ORDINARY = """
january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday
januari februari maart april mei juni juli augustus september oktober november december maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
amsterdam rotterdam utrecht leiden delft breda groningen nijmegen tilburg eindhoven maastricht enschede arnhem zwolle almere amersfoort apeldoorn
assen deventer dordrecht ede gouda haarlem helmond hengelo leeuwarden lelystad middelburg roermond venlo wageningen zaandam zeist berlin berlijn
london londen paris parijs rome roma milan milano florence venice vienna wenen geneva lyon sydney adelaide perth victoria washington boston austin
houston dallas denver phoenix charlotte chelsea brooklyn paterson lincoln madison jackson columbus cleveland orlando savannah carolina georgia
virginia dakota montana nevada arizona texas kent york lancaster chester bristol oxford cambridge kingston windsor israel jordan chad china india
ireland england scotland wales holland france germany spain portugal italy cuba kenya asia africa america europa europe santiago lima cali bogota
antwerpen brugge gent leuven hasselt mechelen oostende turnhout aalst kortrijk lier bonn essen bremen hamburg kassel mainz trier athens sofia
helsinki oslo bergen odessa kiev kyiv moscow tripoli alexandria aden medina mecca delhi agra salem buren vianen wijk buren heusden laren bunnik
brabant limburg zeeland friesland drenthe gelderland overijssel flevoland vlaanderen
java ruby julia pascal ada perl python swift scala haskell oracle linux jenkins docker jupyter moodle canvas blackboard apache tomcat maria
"""


def main(folder: Path) -> None:
    """Gather, fold, mark and write."""
    given: set[str] = set()
    surnames: set[str] = set()
    for gathered in (_faker(folder), _mimesis(folder), _census(folder)):
        given |= _folded(gathered[0])
        surnames |= _folded(gathered[1])
    given |= _folded(_OWN_GIVEN.split())
    surnames |= _folded(_OWN_SURNAME.split())
    words = _words(folder) | _folded(_ORDINARY.split())
    OUT.mkdir(exist_ok=True)
    for name, names in (("given", given), ("surnames", surnames)):
        # A mark behind the name says that it is an ordinary word too.
        text = "\n".join(each + "~" * (each in words) for each in sorted(names))
        (OUT / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        print(name, len(names), sum(each in words for each in names), (OUT / f"{name}.txt.gz").stat().st_size)


def _folded(names: Iterable[str]) -> set[str]:
    """Fold; of names in several words, take the last that is no prefix (`van den Berg` is Berg). Only Latin script is kept."""
    found = set()
    for name in names:
        for table in (_CYRILLIC, _GREEK):
            if name.lower()[:1] in table and not name[:1].isascii():
                name = "".join(table.get(sign, sign) for sign in name.lower())
        word = fold(name.split()[-1]) if name.split() else ""
        if 2 <= len(word) <= 20 and re.fullmatch(r"[a-z](?:[a-z'-]*[a-z])?", word):
            found.add(word)
            found.update(part for part in re.split(r"[-']", word) if len(part) > 3)
    return found - {"doe", "abu", "bin", "ben", "van", "der", "den"}


def _faker(folder: Path) -> tuple[set[str], set[str]]:
    sys.path.insert(0, str(folder / "faker"))
    given: set[str] = set()
    surnames: set[str] = set()
    for part in sorted((folder / "faker/faker/providers/person").iterdir()):
        if not part.is_dir() or part.name in (*_LEFT_OUT, "__pycache__"):
            continue
        provider = importlib.import_module(f"faker.providers.person.{part.name}").Provider
        for attribute in dir(provider):
            value = getattr(provider, attribute)
            if not isinstance(value, (tuple, list, dict, set)) or attribute.startswith("_"):
                continue
            words = {each if isinstance(each, str) else str(each[-1]) for each in value}
            if "first_name" in attribute or "first_romanized" in attribute or "given" in attribute:
                given |= words
            elif "last_name" in attribute or "last_romanized" in attribute or "surname" in attribute:
                surnames |= words
    return given, surnames


def _mimesis(folder: Path) -> tuple[set[str], set[str]]:
    def flat(value: object) -> list[str]:
        if isinstance(value, dict):
            return [word for part in value.values() for word in flat(part)]
        return [str(word) for word in value] if isinstance(value, list) else []

    given: set[str] = set()
    surnames: set[str] = set()
    for path in sorted((folder / "mimesis/mimesis/datasets").glob("*/person.json")):
        if path.parent.name not in _LEFT_OUT:
            data = json.loads(path.read_text(encoding="utf-8"))
            given |= set(flat(data.get("names", {})))
            surnames |= set(flat(data.get("surnames", {})))
    return given, surnames


def _census(folder: Path) -> tuple[set[str], set[str]]:
    names = folder / "names-0.3.0" / "names"
    given = {line.split()[0].lower() for kind in ("male", "female") for line in (names / f"dist.{kind}.first").read_text().splitlines()}
    lines = (names / "dist.all.last").read_text().splitlines()
    return given, {line.split()[0].lower() for line in lines if int(line.split()[3]) <= _CENSUS_RANK}


def _words(folder: Path) -> set[str]:
    lists = ("dutch", "american-english", "british-english")
    words = {word for each in lists for word in (folder / "deb/usr/share/dict" / each).read_text(encoding="utf-8").splitlines()}
    return {fold(word) for word in words if word == word.lower()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
