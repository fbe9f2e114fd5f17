/** Chemistry, biology and astronomy. */
import { list, pairs, type Relation, rows, swap } from '../relation';

const ELEMENTS = rows(`
hydrogen|H|1
helium|He|2
lithium|Li|3
beryllium|Be|4
boron|B|5
carbon|C|6
nitrogen|N|7
oxygen|O|8
fluorine|F|9
neon|Ne|10
sodium|Na|11
magnesium|Mg|12
aluminium|Al|13
silicon|Si|14
phosphorus|P|15
sulfur|S|16
chlorine|Cl|17
argon|Ar|18
potassium|K|19
calcium|Ca|20
scandium|Sc|21
titanium|Ti|22
vanadium|V|23
chromium|Cr|24
manganese|Mn|25
iron|Fe|26
cobalt|Co|27
nickel|Ni|28
copper|Cu|29
zinc|Zn|30
gallium|Ga|31
germanium|Ge|32
arsenic|As|33
selenium|Se|34
bromine|Br|35
krypton|Kr|36
rubidium|Rb|37
strontium|Sr|38
zirconium|Zr|40
molybdenum|Mo|42
palladium|Pd|46
silver|Ag|47
cadmium|Cd|48
tin|Sn|50
antimony|Sb|51
iodine|I|53
xenon|Xe|54
caesium|Cs|55
barium|Ba|56
tungsten|W|74
platinum|Pt|78
gold|Au|79
mercury|Hg|80
lead|Pb|82
bismuth|Bi|83
radon|Rn|86
radium|Ra|88
uranium|U|92
`);

const COMPOUNDS = list(`
water:H2O, table salt:NaCl, carbon dioxide:CO2, methane:CH4, ammonia:NH3, ozone:O3, glucose:C6H12O6,
hydrogen peroxide:H2O2, carbon monoxide:CO, sulfuric acid:H2SO4, hydrochloric acid:HCl, nitric acid:HNO3,
quartz:SiO2, limestone:CaCO3, rust:Fe2O3`);

const ANIMALS = list(`
dog:mammal, cat:mammal, whale:mammal, dolphin:mammal, bat:mammal, horse:mammal, elephant:mammal, mouse:mammal,
kangaroo:mammal, seal:mammal, bear:mammal, otter:mammal, eagle:bird, penguin:bird, ostrich:bird, owl:bird,
sparrow:bird, duck:bird, parrot:bird, swan:bird, robin:bird, stork:bird, crow:bird, pigeon:bird, snake:reptile,
lizard:reptile, turtle:reptile, crocodile:reptile, gecko:reptile, tortoise:reptile, iguana:reptile, alligator:reptile,
chameleon:reptile, viper:reptile, frog:amphibian, toad:amphibian, newt:amphibian, salamander:amphibian,
axolotl:amphibian, salmon:fish, shark:fish, trout:fish, tuna:fish, seahorse:fish, cod:fish, herring:fish, eel:fish,
goldfish:fish, carp:fish, ant:insect, bee:insect, beetle:insect, butterfly:insect, mosquito:insect, moth:insect,
fly:insect, wasp:insect, grasshopper:insect, ladybird:insect, dragonfly:insect, spider:arachnid, scorpion:arachnid,
tick:arachnid, mite:arachnid, crab:crustacean, lobster:crustacean, shrimp:crustacean, woodlouse:crustacean,
snail:mollusc, octopus:mollusc, squid:mollusc, oyster:mollusc, slug:mollusc, clam:mollusc`);

const YOUNG = list(`
dog:puppy, cat:kitten, cow:calf, sheep:lamb, goat:kid, horse:foal, pig:piglet, bear:cub, deer:fawn, frog:tadpole,
duck:duckling, goose:gosling, swan:cygnet, owl:owlet, kangaroo:joey, hare:leveret, eagle:eaglet, hen:chick`);

const ORGANS = list(`
pump blood:heart, take in air:lungs, digest food with acid:stomach, clean the blood and make urine:kidneys,
control the body:brain, see light:eyes, hear sounds:ears, smell things:nose, taste food:tongue, make bile:liver,
hold urine:bladder, make insulin:pancreas, cover the body:skin, chew food:teeth`);

const HOMES = list(`
bee:hive, spider:web, bird:nest, rabbit:burrow, lion:den, horse:stable, dog:kennel, pig:sty, beaver:lodge, hen:coop`);

const DIET = list(`
cow:grass, panda:bamboo, koala:eucalyptus leaves, anteater:ants, squirrel:nuts, bee:nectar, blue whale:krill,
giraffe:acacia leaves, vampire bat:blood, vulture:dead animals, earthworm:dead leaves, silkworm:mulberry leaves`);

const PLANETS = list(`
Mercury:first, Venus:second, Earth:third, Mars:fourth, Jupiter:fifth, Saturn:sixth, Uranus:seventh, Neptune:eighth`);

const PLANET_CLUES = list(`
largest planet:Jupiter, smallest planet:Mercury, hottest planet:Venus, red planet:Mars, planet where people live:Earth,
planet with the brightest rings:Saturn, planet that spins on its side:Uranus, planet farthest from the Sun:Neptune,
planet nearest to the Sun:Mercury, planet with the Great Red Spot:Jupiter, planet with the highest volcano:Mars,
planet with the slowest spin:Venus`);

const MOONS = list(`
the Moon:Earth, Phobos:Mars, Deimos:Mars, Io:Jupiter, Europa:Jupiter, Ganymede:Jupiter, Callisto:Jupiter, Titan:Saturn,
Rhea:Saturn, Mimas:Saturn, Enceladus:Saturn, Iapetus:Saturn, Dione:Saturn, Tethys:Saturn, Titania:Uranus, Oberon:Uranus,
Miranda:Uranus, Ariel:Uranus, Umbriel:Uranus, Triton:Neptune, Nereid:Neptune, Proteus:Neptune`);

const STARS = list(`
Sirius:Canis Major, Betelgeuse:Orion, Rigel:Orion, Vega:Lyra, Altair:Aquila, Deneb:Cygnus, Polaris:Ursa Minor,
Antares:Scorpius, Spica:Virgo, Regulus:Leo, Aldebaran:Taurus, Arcturus:Bootes, Capella:Auriga, Pollux:Gemini,
Castor:Gemini, Procyon:Canis Minor, Fomalhaut:Piscis Austrinus, Canopus:Carina, Bellatrix:Orion, Dubhe:Ursa Major`);

const SKY = list(`
the Sun:star, Jupiter:planet, the Moon:moon, Pluto:dwarf planet, Ceres:dwarf planet, Eris:dwarf planet, Sirius:star,
Vega:star, Polaris:star, Saturn:planet, Mars:planet, Titan:moon, Europa:moon, the Milky Way:galaxy, Andromeda:galaxy,
Halley:comet, Hale-Bopp:comet, Encke:comet, Betelgeuse:star, Neptune:planet, Triton:moon, Haumea:dwarf planet,
Makemake:dwarf planet, Orion:constellation, Cassiopeia:constellation, Lyra:constellation, Vesta:asteroid, Pallas:asteroid,
Juno:asteroid`);

const symbol = pairs(ELEMENTS, 0, 1);
const atomic = pairs(ELEMENTS, 0, 2);

export const SCIENCE: Relation[] = [
  {
    subject: 'chemistry',
    name: 'symbol',
    questions: [
      'What is the chemical symbol of {x}?',
      'Which symbol stands for {x}?',
      'How is {x} written in chemistry?',
      'Which letters are the symbol of {x}?',
    ],
    statements: ['The symbol of {x} is {y}.', 'In chemistry {x} is written {y}.'],
    pairs: symbol,
  },
  {
    subject: 'chemistry',
    name: 'element',
    questions: [
      'Which element has the symbol {x}?',
      'What element does {x} stand for?',
      'The symbol {x} belongs to which element?',
      'Which element is written {x}?',
    ],
    statements: ['{x} stands for {y}.', '{x} is the symbol of {y}.'],
    pairs: swap(symbol),
  },
  {
    subject: 'chemistry',
    name: 'atomic number',
    questions: [
      'What is the atomic number of {x}?',
      'How many protons does {x} have?',
      'How many protons are in an atom of {x}?',
      'Which atomic number does {x} have?',
    ],
    statements: ['The atomic number of {x} is {y}.', 'An atom of {x} has {y} protons.'],
    pairs: atomic.filter(([, n]) => n !== '1').slice(0, 40),
  },
  {
    subject: 'chemistry',
    name: 'compound',
    questions: [
      'What is the chemical formula of {x}?',
      'Which formula stands for {x}?',
      'How is {x} written as a formula?',
      'What formula does {x} have?',
    ],
    statements: ['The formula of {x} is {y}.', '{x} is written {y}.'],
    pairs: COMPOUNDS,
  },
  {
    subject: 'biology',
    name: 'class',
    questions: [
      'What kind of animal is the {x}?',
      'To which group of animals does the {x} belong?',
      'Which group of animals is the {x} in?',
      'The {x} is an example of which group?',
    ],
    statements: ['The {x} belongs to this group: {y}.', 'Group of the {x}: {y}.'],
    pairs: ANIMALS,
  },
  {
    subject: 'biology',
    name: 'young',
    questions: [
      'What is a young {x} called?',
      'What is the name for a baby {x}?',
      'Which word means a young {x}?',
      'What do we call the young of a {x}?',
    ],
    statements: ['A young {x} is called a {y}.', 'The baby of a {x} is a {y}.'],
    pairs: YOUNG,
  },
  {
    subject: 'biology',
    name: 'organ',
    questions: [
      'Which part of the body is there to {x}?',
      'What do people use to {x}?',
      'Which organ is needed to {x}?',
      'To {x}, the body uses what?',
    ],
    statements: ['The body uses the {y} to {x}.', 'We have the {y} to {x}.'],
    pairs: ORGANS,
  },
  {
    subject: 'biology',
    name: 'home',
    questions: [
      'What is the home of a {x} called?',
      'Where does a {x} live?',
      'Which word names the home of a {x}?',
      'In what does a {x} live?',
    ],
    statements: ['A {x} lives in a {y}.', 'The home of a {x} is a {y}.'],
    pairs: HOMES,
  },
  {
    subject: 'biology',
    name: 'diet',
    questions: [
      'What does a {x} mostly eat?',
      'What is the main food of a {x}?',
      'On what does a {x} feed?',
      'What is a {x} known to eat?',
    ],
    statements: ['A {x} feeds on {y}.', 'The food of a {x} is {y}.'],
    pairs: DIET,
  },
  {
    subject: 'astronomy',
    name: 'place from the sun',
    questions: [
      'Counting from the Sun, which place does {x} have?',
      'Which planet from the Sun is {x}?',
      'In order from the Sun, where does {x} come?',
      'What is the place of {x} in the order of the planets?',
    ],
    statements: ['{x} is the {y} planet from the Sun.', 'Counted from the Sun, {x} comes {y}.'],
    pairs: PLANETS,
  },
  {
    subject: 'astronomy',
    name: 'planet at',
    questions: [
      'Which planet is {x} from the Sun?',
      'Which planet comes {x} in order from the Sun?',
      'What is the name of the {x} planet from the Sun?',
      'Counting from the Sun, which planet is {x}?',
    ],
    statements: ['The {x} planet from the Sun is {y}.'],
    pairs: swap(PLANETS),
  },
  {
    subject: 'astronomy',
    name: 'planet clue',
    questions: [
      'Which is the {x}?',
      'What is the name of the {x}?',
      'What do we call the {x}?',
      'The {x} has which name?',
    ],
    statements: ['The {x} is {y}.', '{y} is the {x}.'],
    pairs: PLANET_CLUES,
  },
  {
    subject: 'astronomy',
    name: 'moon',
    questions: [
      'Which planet does {x} go around?',
      '{x} is a moon of which planet?',
      'Around which planet does {x} travel?',
      'Which planet has {x} as a moon?',
    ],
    statements: ['{x} is a moon of {y}.', '{x} goes around {y}.'],
    pairs: MOONS,
  },
  {
    subject: 'astronomy',
    name: 'constellation',
    questions: [
      'In which constellation is the star {x}?',
      'Which constellation holds the star {x}?',
      'The star {x} shines in which constellation?',
      'To which constellation does the star {x} belong?',
    ],
    statements: ['The star {x} is in {y}.', '{x} shines in {y}.'],
    pairs: STARS,
  },
  {
    subject: 'astronomy',
    name: 'kind',
    questions: [
      'What kind of object in the sky is {x}?',
      '{x} is an example of what?',
      'What is {x} in astronomy?',
      'Which word describes {x} in the sky?',
    ],
    statements: ['In astronomy {x} is known as this: {y}.'],
    pairs: SKY,
  },
];
