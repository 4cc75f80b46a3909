"""Everyday English words that hardly a text of a code has: asked for, they are not misspelt.

Without them "took too much" is corrected to "tool too mech". They count as little as words that
tell nothing. One that a text does have is a word like any other.
"""

_WORDS = """
able accidentally across adult afford afraid afternoon again ago ahead almost alone along already
also although always am among annoying another anymore anyone anything anyway apart apartment apple
april aren argued arguing around arrive arrived ask asked asking asks asleep assisted attic august
aunt awake away awful awhile backed backward backyard bad badly bake baked baking bang banged
barbecue barefoot barely basement basically bathroom bathtub bbq beach beat beating became become
becomes bedroom been beer began begin behind believe bench bend bending beside besides best better
big bigger biggest bike biking birthday bit bitter blanket blew blow blowing boat boiled boiling
boss bottle bought bounce bounced bowl boxes boy boyfriend bracelet branch bread breakfast brick
bright brother brought brush brushing bucket bumpy bunk buried busy butter buy cabin cabinet cage
call called came camping can't candle candy cannot canoe cant cards careful carpet carried carry
carrying catch catching caught ceiling cereal certain chance chased chasing cheap check cheese chew
chewed chewing chicken chip chocolate chop chopped chopping chose church clean cleaned cleaning
clearly climb climbed climbing closet clothes coach coat coffee coin college collide collided come
comes coming cook cooked cooler cop couch could couldn couldnt couple cousin cow crash crashed
crawling crazy creepy cried cross crossed crossing crowd crowded cry cup curb curling cushion cute
dad daily dance danced date daughter day days dealing dear decided deck deer definitely desk
desperate did didn didnt different dinner dirty dish dishes dive do dock does doesn doesnt dog doing
don done dont door down downstairs dozen dragged drank drawer dress dressed dressing drink drinks
driveway drop dropped dropping drove dryer dug dump dumped easier easily easy eat eaten eating eats
egg eight eighty elbowed eleven else emergency engine enough entire especially eventually ever every
everybody everyone everything everywhere exactly expensive extra extremely fact fan far farm fast
faster faucet favorite february feel feeling feels feet fell felt fence fetch few fifteen fifty
fight fighting finally fine finish finished fire fish fishing five flew flip flipped floor flower
fly food forest forever forget forgot forgotten fork forty four freezer friday fridge fried friend
friends frisbee front fruit fry frying fun funny furniture garage garbage garden gasoline gate gave
gets getting girl girlfriend give given giving glass go goat goes going gone gonna good got gotten
grab grabbed grabbing grandfather grandma grandmother grandpa grass gravel grease great grew grill
grilling groceries ground grow guess gum guy guys gym had hadn hallway hammered hang happen happened
happening happens happily happy hardly hasn hate haven having he heater heavily help helped here
herself hey hi hid hike hiking hill himself hire hired hit hitting hobby hockey holding holiday
honey hopefully horse hose hotel hour hours house hug huge hugged hundred hungry hunting hurried
hurt hurts husband ice idea imagine indeed inside instead it's its itself jacket january jar jeep
jewelry job jog jogged jogging joke july jump jumped jumping june just karate kayak keep keeping
keeps kept kick kicking kid kids kind kiss kissed kitchen kitten knew knocked know knowing known
knows ladder lady lake landed lately later laundry lawn leaf leash least leave leaves lemon let lets
lettuce lifted lifting like likely lil lit little living load loaded lock log lol long longer look
looked looking looks lost lot lots loud lounge loves luggage lunch lying mad made mail make makes
making mama man many march married marry maybe meal mean means meant meanwhile meat melted men
microwave middle might milk mine minute minutes mirror missed mix mom moment mommy monday money
months mop more morning mostly motel mother mountain moved mow mowed mowing much mud mum must myself
nail named napping nearly need needed needs neighbor never new nice night nobody none noodle nothing
november now nut ocean october off often oh ok okay older once one onion only onto opened opening
ought ourselves out outside oven over overnight own owner pack paid paint painted painting pan pants
papa parent park parked party pasta patio paying people perfectly perhaps pet phone picked picking
picnic pizza plate play played playing please plus pocket pole pond pool porch possibly pot potato
pour poured pouring prank pretty prison probably problem problems pull pulling puppy push pushed
pushing put puts putting question quickly quietly quite rabbit race raced rack rain rainy raking ran
ranch rather razor ready real realize really reason recently recliner refrigerator regular regularly
remember restaurant rid ride riding right rink river road rock rode roller rollover roof room
rooster rope rough rug run running rush rusty sad said salad same sand sandals sandwich sat saturday
sauce sauna saw sawing say saying says scared school scratched screamed screw screwdriver seat seem
seemed seems seen sell send september serving seven seventy several sewing shall shan she's shed
shelf shirt shoe shoes shop shopping should shouldn shouldnt shoved shovel shoveling show showed
shower showing shown shut sick sidewalk simply since sink sister sit sitting six sixteen sixty skate
skating ski slam slammed slap sled sledding sleeping slice sliced slicing slid slide sliding
slightly slipped slippers slippery slowly small smart smashed smell smells sneakers snow so soap
soccer sock socks soda sofa some somebody somehow someone something sometimes somewhat somewhere son
soon sorry sort soup spicy spilled spilt splash spoon spouse spray sprayed squeezed stack stair
stairs stairway stand standing stapler started starting starts stay stayed steak steep step stepping
stick sticks still stone stood stopped stopping store storm stove stray stretch stretching stroller
stuck stuff stumbled stupid subway suddenly sunday supper supposed sure surfing surprised swear
sweep sweeping swim swing swinging switch table tackle tackled tackling taco take taken takes taking
talk talked talking tall tea tell telling ten tent terrible terribly texting than thank thanks
that's them themselves then there they thing things think thinking thinks thirteen thirty thought
thousand three threw thrice through throughout throw throwing thru thursday till times tiny tipped
tire today together told tomorrow tonight too took tool tools torn tossed totally touched tough
toward towards toy toys trail trailer train trampoline trash tree tried tries trip tripping truck
truly trunk try trying tub tuesday tumbled turned turning turns tv twelve twenty twice twisting two
ugly uncle under unless unloading upon upset upstairs us use used uses using usual usually vacation
vacuum vacuuming van vegetable vegetables vehicle very wait walked walking wall want wanted wants
washed washer washing wasn watched watching watermelon waves way we wear wearing weather wedding
wednesday week weekend weeks weights weird well went were weren wet whatever wheel while whole whose
why wife will window windshield wine wire wish within woke woman women won wonder wondering wont
wooden woods word words wore work worked working workout worried worse worst worth would wouldn
wouldnt wow wrapped wrestling wrist wrong yanked yard yeah year years yelled yelling yes yesterday
yet young younger youngest yours yourself zero
"""
EVERYDAY = frozenset(_WORDS.split())
