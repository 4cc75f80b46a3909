"""Everyday English words that hardly a text of a code has: asked for, they are not misspelt.

Without them "took too much" is corrected to "tool too mech". They count as little as words that
tell nothing. One that a text does have is a word like any other.
"""

_WORDS = """
able across afford afraid afternoon again ago ahead almost alone along already also although
always am among another anymore anyone anything anyway apart april aren around ask asked asking
asks asleep assisted august aunt away awful awhile bad badly barely basically became become
becomes been began begin behind believe beside besides best better big bigger biggest bit bought
boy boyfriend brother brought busy buy call called came can't cannot cant cards careful certain
chance cheap check chose church clearly coffee college come comes coming couch could couldn
couldnt couple crazy creepy cute dad daily daughter day days dealing dear decided definitely
desperate did didn didnt different do does doesn doesnt doing don done dont door down downstairs
dozen drove easier easily easy eight eighty eleven else enough entire especially eventually ever
every everybody everyone everything everywhere exactly expensive extra extremely fact far fast
faster favorite february feel feeling feels feet felt few fifteen fifty finally fine five forever
forget forgot forgotten forty four friday friend fun funny gave gets getting girl girlfriend give
given giving go goes going gone gonna good got gotten grandfather grandma grandmother grandpa
great grew grow guess guy guys had hadn happen happened happening happens happy hardly hasn hate
haven having he heavily help helped here herself hey hi hid himself hire hired honey hopefully
hour hours house huge hundred hurt hurts husband idea imagine indeed inside instead it's its
itself january job july june just keep keeping keeps kept kid kids kind knew know knowing known
knows lady lately later least leave leaves let lets like likely lil little living lol long longer
look looked looking looks lots loves lunch mad made make makes making mama man many march married
marry maybe mean means meant meanwhile men middle might mine minute minutes mom moment mommy
monday money months more morning mostly mother moved much mum must myself named nearly need needed
needs neighbor never new nice night nobody none nothing november now october off often oh ok okay
older once one only onto ought ourselves out outside over owner paid pants papa parent paying
people perfectly perhaps please plus possibly pretty probably problem problems put puts putting
question quickly quietly quite ran rather ready real realize really reason recently regular
regularly remember rid right rode rooster rush sad said same sat saturday saw say saying says
scared seem seemed seems seen sell send september seven seventy several shall shan she's shirt
should shouldn shouldnt show showed showing shown shut sick simply since sister six sixteen sixty
slightly slipped slowly small smart smell smells so some somebody somehow someone something
sometimes somewhat somewhere son soon sorry sort spilled spilt spouse stairs started starting
starts stay stayed step still stood stopped stopping stuff stupid suddenly sunday supposed sure
surprised swear take taken takes taking talk talked talking tell telling ten terrible terribly
than thank thanks that's them themselves then there they thing things think thinking thinks
thirteen thirty thought thousand three threw thrice through throughout thru thursday till times
tiny today together told tomorrow tonight too took tossed totally touched tough toward towards
tried tries truly try trying tuesday turned turning turns twelve twenty twice two ugly uncle under
unless upon upset upstairs us use used uses using usual usually very wait want wanted wants wasn
watching way we wear wearing weather wednesday week weekend weeks weird well went were weren
whatever while whole whose why wife will wish within woke woman women won wonder wondering wont
word words wore worried worse worst worth would wouldn wouldnt wow wrong yeah year years yes
yesterday yet young younger youngest yours yourself zero
"""
EVERYDAY = frozenset(_WORDS.split())
