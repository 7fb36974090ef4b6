"""Words that are names as well: May, Short, Will. In a text they are mostly not the patient."""

from __future__ import annotations

NOBODYS = frozenset(
    "patient patients registry register record case cases test demo person unknown anonymous "
    "number board hospital clinic trial study".split()
)
"""Words of made-up names such as "Registry patient 12": alone they point to nobody."""

MONTHS = frozenset("march april may june august mar apr jun aug".split())

EVERYDAY = (
    NOBODYS
    | MONTHS
    | frozenset(
        # First names
        "art basil bill bob carol chance christian chase colt dale dawn dean dick don drew "
        "earnest eve faith frank gene glen grace grant guy hank harry hazel heather holly "
        "homer hope iris ivy jack jade jasmine jay jean jerry jewel jimmy joy lance laurel "
        "lily lucky mark marina max mercy merit miles miss nick norm olive pansy pat patience "
        "pearl penny peg pierce poppy prudence ray reed rich rob robin rocky rod rose ruby "
        "rusty sandy sky skip sterling stone storm sue summer tab temple terry tony trinity "
        "tuck verity violet ward ware will winter wren autumn spring "
        # Surnames: how one is, colours, where one lives
        "short long young old little small large big strong weak good best better wise sharp "
        "sweet swift smart bright brown black white green grey gray blue red gold golden "
        "silver dark light savage moody wild true blunt bliss noble rich poor darling dear "
        "friend hardy hale blank bland dry fair close open free full low high early late new "
        "newer newman main major minor sample example just real right left west east north "
        "south hill hills wood woods field fields stone stones rivers river lake lakes banks "
        "bank bush brook brooks marsh moor moore forest heath dale glen shore ford bridge "
        "bridges church castle house houses home hall lane street gates gate park parks "
        "garden well wells mill mills pool pond wall walls town land lands ridge cliff rock "
        "rocks snow frost rain storm day days week weeks month months year years hour hours "
        "moon star stars sun night knight "
        # What one does, has or is
        "baker barber bishop brewer bowman butcher butler carter carpenter chamber chambers "
        "clerk collar cook cooper dyer farmer fisher fowler fuller gardener glover hunter "
        "judge king kings knight marshal marshall mason miller nurse page pages painter "
        "parson piper pope porter potter priest prince queen sawyer shepherd singer smith "
        "speaker squire steward tanner turner walker warden weaver wheeler driver parker "
        "archer constable doctor surgeon child children father mother brother son sons man "
        "mann men lord love luck power powers price prices pride rice rush sale sales salt "
        "shield shot sparks speed spring stark steel stem stern stock swan wolf fox lamb lion "
        "bear bird birds hare hart hawk crane crow drake duck finch fish herring pike roe "
        "bass seal beach berry bean beans bloom cherry plum pepper rosemary root flowers "
        "flower leaf branch reed straw barley oats cotton silk wool bell bells bolt bond bone "
        "bones book booth bottle bowl box boot brand bread broad bull burn burns cable cage "
        "cannon cape cash cave chain cross crown cup curry cutting diamond drain draper "
        "drinkwater dull ease end england english europe fall farrow fast favor few fine "
        "finish first flood foot foote force foreman found fountain french german gay gift "
        "goal good goode grand grave graves gross ground growth guard hand hands hard head "
        "healy heard heart held hide hood hook horn hunt irons job jobs joint jolly jump keen "
        "keep key keys kidney lack lamp last law laws lead leach lee less lever level liver "
        "lock locke look loss lot low mace made main march mark marks mast mean means mile "
        "minor mist money more most much nail near need needs neck nice none noon now only "
        "other otter over own pace pain pack palm paper part past paste patch payne peace "
        "peak peel penn pick pitt place plan plant plate point post pound pratt press prior "
        "proud pull pump purse quick race read rest ring rise rising road roads role room "
        "rooms round rule rules said say scales seed self sell sells shade shape share shaw "
        "sheets short show side sides sign silence skill slack slight sole some song soon "
        "sound space spear spence spicer spine spot stack stage stand start state stay step "
        "still strange stress strike style such sure sugar table tall task tell tests than "
        "then thick thin thing think this thorn tide till time times told tongue top towns "
        "track travel tree trees trice try tub twin two under upright upton vale veal vein "
        "very vine voice wait want wants warm waters watch water watts way ways went wheat "
        "when wide wing wish with word words work works worth yard yes yet york one three "
        "four five six seven eight nine ten twenty and are but can did for had has have her "
        "him his how its may must not our out see she that them they was were what who why "
        "you the a an of in no is it on so do go to by my me we us he be am as at if or up "
        # German
        "klein kleine gross grosse lang lange kurz jung alt neu schwarz weiss rot braun stark "
        "kraft kranz kaiser sommer herbst berg stein bach wald feld fuchs hahn vogel engel "
        "frei gut lieb reich schnell herz blut leber stern tag abend morgen sonntag freitag".split()
    )
)
"""Folded: lower case, without accents."""

OPENERS = (
    NOBODYS
    | MONTHS
    | frozenset(
        "a abend alt am an and are as at be best better big black bland blue blut bone bones "
        "braun bright brother brown but by can child children close cutting dark day days did "
        "do doctor drain dry dull early east eight end example fair fall fast father few fine "
        "finish first five flood foot for force found four free frei full go good gray green "
        "grey gross grosse ground growth guard gut had hand hands hard has have he head healy "
        "held her herz high him his hope how if in is it its joint jung just keep key kidney "
        "klein kleine kurz lang lange large last late law lead leber left less level lever "
        "light little liver long look loss lot low made main major mark me means minor month "
        "months more morgen most mother much must my near neck need needs neu new newer night "
        "nine no none north not now nurse of old on one only open or other our out over own "
        "page pain part past patience place plan plate point post price prior quick read real "
        "red rest right rot said sample schnell schwarz see seven sharp she short sign six "
        "skip slight small so sole some son soon south space stage stand stark start state "
        "stay stem step still strange strong style such sure surgeon table tall task tell ten "
        "tests than that the them then they thick thin think this three till time times to "
        "told track twenty two under up us vein very wait want wants ward warm was watch "
        "water we weak week weeks weiss were west what when white who why wide will wise with "
        "work year years yet you young".split()
    )
)
"""Everyday words with which a sentence of a record may well begin."""

DOES = frozenset(
    "is was has had asks asked wants wanted says said agrees agreed declines declined refuses "
    "refused knows knew feels felt lives lived would prefers preferred hopes hoped came "
    "went".split()
)
"""What stands behind somebody's name: "Short was seen"."""
