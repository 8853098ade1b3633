"""The vocabulary of generated prompts: short common English words, most of them one token long."""

from __future__ import annotations

WORDS = tuple(
    """
    able about above across act add after again age ago air all almost alone along already also
    always among amount and animal another answer any apple area arm around art ask at autumn away
    baby back bad bag ball band bank base basket bay be beach bear beat because bed before begin
    behind bell below bench best better between big bird bit black blue board boat body bone book
    both bottle bottom box branch bread break bridge bright bring broad brother brown build
    burn bus busy butter button buy by cake call calm camp can candle cap car card care carry case
    cat catch cause center chain chair chance change chase cheap cheese child choose circle city
    clean clear climb clock close cloth cloud coast coat coffee coin cold color come common cook
    cool copper copy corn corner cost cotton could count country course cover cow cross crowd cup
    cut daily dance dark day deal deep deer desk die dinner direct dish dog door double down draw
    dream dress drink drive drop dry dust each ear early earth east easy eat edge egg eight
    either empty end energy engine enough enter equal even evening event every exact eye face fact
    fair fall family far farm fast father feather feel fence few field fifty fight fill find fine
    finger finish fire first fish fit five flag flat float floor flower fly fold follow food foot
    for forest forget form forward four fox free fresh friend from front fruit full game garden
    gate gather general gentle get gift give glad glass go goat gold good grain grand grass gray
    great green ground group grow guess guide hair half hall hand happy harbor hard hat have hay
    head hear heart heat heavy help here hide high hill history hold hole home honey hope horse
    hot hour house how human hundred hunt hurry ice idea if inch inside into iron island it jar
    join joy judge juice jump just keep key kind king kitchen knee knife know lady lake lamp land
    large last late laugh law lay lead leaf learn least leather leave left leg lemon less let
    letter level lie lift light like line list listen little live local lock long look lose lot
    loud love low lunch machine mail main make many map march mark market match matter may maybe
    meadow meal mean measure meat meet melt member metal middle might mile milk mill mind minute
    mirror miss mix moment money month moon more morning most mother motion mountain mouse mouth
    move much music must nail name narrow nation nature near neck need needle nest net never new
    next nice night nine noise none noon north nose note nothing notice now number oak ocean of
    off offer office often oil old olive on once one only open orange order other our out oven
    over own page paint pair paper parent park part party pass past path pay peace pen pencil
    people pepper perhaps person pick picture piece pine place plain plan plant plate play please
    plenty pocket point pond poor port post potato power press price print problem product public
    pull purple push put quarter queen question quick quiet quite rabbit race radio rail rain
    raise reach read ready real reason record red rest rice rich ride right ring rise river road
    rock roll roof room root rope rose round row rule run safe sail salt same sand save say scale
    school science sea season seat second see seed seem sell send sense serve set seven several
    shade shape share sharp sheep sheet shelf shell shine ship shirt shoe shop short should
    shoulder show side sight sign silk silver simple since sing sister sit six size skin sky sleep
    slow small smell smile smoke smooth snow soap soft soil some son song soon sound soup south
    space speak special speed spell spend spoon spot spring square stand star start state station
    stay steam step stick still stone stop store storm story straight street string strong study
    such sudden sugar summer sun supply sure surface sweet swim system table tail take talk tall
    taste teach team tell ten than thank that then there thick thin thing think third this those
    thousand three through time tiny to today together tomorrow tool top total touch toward tower
    town trade train travel tree trip trouble true trust try turn twelve twenty two type uncle
    under unit until up use usual valley value very view village visit voice wait walk wall want
    war warm wash watch water wave way we wear weather week weight well west wet what wheat wheel
    when where which while white who whole why wide wild will wind window wine wing winter wire
    wise wish with without wolf woman wonder wood wool word work world worth would write yard year
    yellow yes yet you young
    """.split()  # noqa: SIM905 - eight hundred quoted literals are harder to read
)
