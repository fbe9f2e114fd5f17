/** History and language. */
import { list, type Relation, swap } from '../relation';

const YEARS = list(`
the Battle of Hastings:1066, the signing of Magna Carta:1215, the fall of Constantinople:1453,
the first voyage of Columbus:1492, the Battle of Trafalgar:1805, the Battle of Waterloo:1815,
the Great Fire of London:1666, the start of the French Revolution:1789, the American Declaration of Independence:1776,
the start of the First World War:1914, the end of the First World War:1918, the start of the Second World War:1939,
the end of the Second World War:1945, the first Moon landing:1969, the fall of the Berlin Wall:1989,
the Russian Revolution:1917, the sinking of the Titanic:1912, the opening of the Suez Canal:1869,
the opening of the Panama Canal:1914, the first powered flight of the Wright brothers:1903, the flight of Yuri Gagarin:1961,
the launch of Sputnik:1957, the founding of the United Nations:1945, the Chernobyl disaster:1986,
the independence of India:1947, the first modern Olympic Games:1896, the Spanish Armada:1588, the Wall Street Crash:1929,
the discovery of penicillin:1928, the end of the American Civil War:1865, the start of the American Civil War:1861,
the death of Napoleon:1821, the murder of Julius Caesar:44 BC, the coronation of Charlemagne:800,
the first telephone patent of Bell:1876, the storming of the Bastille:1789, the unification of Germany:1871,
the start of the Korean War:1950, the release of Nelson Mandela:1990, the death of Queen Victoria:1901`);

const AUTHORS = list(`
Hamlet:William Shakespeare, Macbeth:William Shakespeare, Romeo and Juliet:William Shakespeare, Oliver Twist:Charles Dickens,
Great Expectations:Charles Dickens, Pride and Prejudice:Jane Austen, Emma:Jane Austen, Don Quixote:Miguel de Cervantes,
War and Peace:Leo Tolstoy, Anna Karenina:Leo Tolstoy, Faust:Goethe, the Odyssey:Homer, the Iliad:Homer,
the Aeneid:Virgil, the Divine Comedy:Dante, Moby-Dick:Herman Melville, Frankenstein:Mary Shelley, Dracula:Bram Stoker,
Jane Eyre:Charlotte Bronte, Wuthering Heights:Emily Bronte, Les Miserables:Victor Hugo, Candide:Voltaire,
Treasure Island:Robert Louis Stevenson, Gulliver's Travels:Jonathan Swift, Robinson Crusoe:Daniel Defoe,
Walden:Henry David Thoreau, Crime and Punishment:Fyodor Dostoevsky, Madame Bovary:Gustave Flaubert,
Ulysses:James Joyce, The Trial:Franz Kafka`);

const MAKERS = list(`
the telephone:Alexander Graham Bell, dynamite:Alfred Nobel, the World Wide Web:Tim Berners-Lee, penicillin:Alexander Fleming,
radium:Marie Curie, the law of gravitation:Isaac Newton, the theory of relativity:Albert Einstein,
the smallpox vaccine:Edward Jenner, the rabies vaccine:Louis Pasteur, evolution by natural selection:Charles Darwin,
the periodic table:Dmitri Mendeleev, the laws of heredity in peas:Gregor Mendel, the phonograph:Thomas Edison,
the mercury barometer:Evangelista Torricelli, X-rays:Wilhelm Roentgen, the electric battery:Alessandro Volta,
the moons of Jupiter:Galileo Galilei, the planet Uranus:William Herschel, the laws of planetary motion:Johannes Kepler,
writing for the blind in raised dots:Louis Braille`);

const PEOPLE = list(`
Mozart:composer, Beethoven:composer, Bach:composer, Chopin:composer, Verdi:composer, Vivaldi:composer,
Rembrandt:painter, Monet:painter, Picasso:painter, Vermeer:painter, Van Gogh:painter, Turner:painter, Goya:painter,
Shakespeare:writer, Tolstoy:writer, Dickens:writer, Cervantes:writer, Austen:writer, Balzac:writer,
Newton:scientist, Einstein:scientist, Darwin:scientist, Faraday:scientist, Pasteur:scientist, Curie:scientist,
Magellan:explorer, Columbus:explorer, Amundsen:explorer, Vasco da Gama:explorer, Captain Cook:explorer,
Plato:philosopher, Aristotle:philosopher, Kant:philosopher, Socrates:philosopher, Hume:philosopher, Spinoza:philosopher,
Nero:emperor, Augustus:emperor, Hadrian:emperor, Napoleon:emperor, Trajan:emperor, Gaudi:architect,
Palladio:architect, Brunelleschi:architect, Frank Lloyd Wright:architect, Zaha Hadid:architect`);

const OPPOSITES = list(`
hot:cold, big:small, tall:short, fast:slow, early:late, happy:sad, wet:dry, hard:soft, full:empty, open:closed,
light:dark, heavy:weightless, rich:poor, young:old, strong:weak, loud:quiet, clean:dirty, thick:thin, wide:narrow,
deep:shallow, high:low, near:far, up:down, left:right, day:night, north:south, east:west, love:hate, war:peace,
win:lose, buy:sell, push:pull, give:take, arrive:leave, begin:end, rise:fall, sweet:bitter, rough:smooth, brave:cowardly,
cheap:expensive, safe:dangerous, true:false, awake:asleep, alive:dead, inside:outside, above:below, always:never,
first:last, more:less, friend:enemy, question:answer, lend:borrow, build:destroy, remember:forget, accept:refuse,
sharp:blunt, tight:loose, wild:tame, guilty:innocent, public:private, polite:rude, simple:complex`);

const PLURALS = list(`
child:children, man:men, woman:women, foot:feet, tooth:teeth, goose:geese, mouse:mice, louse:lice, ox:oxen, person:people,
leaf:leaves, knife:knives, wife:wives, life:lives, wolf:wolves, half:halves, shelf:shelves, loaf:loaves, thief:thieves,
calf:calves, city:cities, baby:babies, lady:ladies, story:stories, box:boxes, fox:foxes, bus:buses, glass:glasses,
dish:dishes, church:churches, potato:potatoes, tomato:tomatoes, hero:heroes, sheep:sheep, deer:deer, cactus:cacti,
crisis:crises, analysis:analyses, medium:media, scarf:scarves`);

const PASTS = list(`
go:went, see:saw, eat:ate, run:ran, come:came, take:took, give:gave, write:wrote, drive:drove, ride:rode, sing:sang,
swim:swam, drink:drank, begin:began, fly:flew, grow:grew, know:knew, throw:threw, draw:drew, blow:blew, break:broke,
speak:spoke, steal:stole, choose:chose, wake:woke, buy:bought, bring:brought, think:thought, catch:caught, teach:taught,
fight:fought, seek:sought, sleep:slept, keep:kept, feel:felt, leave:left, meet:met, find:found, stand:stood, tell:told,
sell:sold, hold:held, make:made, build:built, send:sent, spend:spent, lose:lost, win:won, fall:fell, hide:hid`);

const TRADES = list(`
bakes bread:baker, cuts hair:barber, puts out fires:firefighter, teaches pupils:teacher, flies planes:pilot,
makes clothes:tailor, repairs pipes:plumber, sells meat:butcher, treats sick people:doctor, treats sick animals:vet,
grows crops:farmer, catches fish:fisherman, works with wood:carpenter, designs buildings:architect, cooks meals:cook,
writes for newspapers:journalist, shoes horses:farrier, digs coal:miner, cares for teeth:dentist, lends books:librarian`);

export const PEOPLE_AND_WORDS: Relation[] = [
  {
    subject: 'history',
    name: 'year',
    questions: [
      'What is the year of {x}?',
      'Which year is known for {x}?',
      'When was {x}?',
      'In history, which year saw {x}?',
    ],
    statements: ['The year of {x} was {y}.', 'The date of {x} is {y}.'],
    pairs: YEARS,
  },
  {
    subject: 'history',
    name: 'author',
    questions: ['Who wrote {x}?', 'Who is the author of {x}?', 'Which writer gave us {x}?', '{x} is the work of whom?'],
    statements: ['{y} wrote {x}.', 'The author of {x} is {y}.'],
    pairs: AUTHORS,
  },
  {
    subject: 'history',
    name: 'maker',
    questions: [
      'Who is known for {x}?',
      'To whom do we owe {x}?',
      'Whose name goes with {x}?',
      'Which person is remembered for {x}?',
    ],
    statements: ['{y} is known for {x}.', 'We owe {x} to {y}.'],
    pairs: MAKERS,
  },
  {
    subject: 'history',
    name: 'calling',
    questions: [
      'What was {x} famous for being?',
      'What was the calling of {x}?',
      'Which word describes {x} best?',
      '{x} is remembered as what?',
    ],
    statements: ['{x} is remembered as this: {y}.', 'The calling of {x} was this: {y}.'],
    pairs: PEOPLE,
  },
  {
    subject: 'language',
    name: 'opposite',
    questions: [
      'What is the opposite of {x}?',
      'Which word means the opposite of {x}?',
      'Which word is the opposite of {x}?',
      'The opposite of {x} is which word?',
    ],
    statements: ['The opposite of {x} is {y}.', '{y} is the opposite of {x}.'],
    pairs: OPPOSITES.filter(([x]) => x !== 'heavy'),
  },
  {
    subject: 'language',
    name: 'opposite back',
    questions: [
      'What is the opposite of {x}?',
      'Which word means the opposite of {x}?',
      'Which word is the opposite of {x}?',
    ],
    statements: ['The opposite of {x} is {y}.'],
    pairs: swap(OPPOSITES.filter(([x]) => x !== 'heavy')),
  },
  {
    subject: 'language',
    name: 'plural',
    questions: [
      'What is the plural of {x}?',
      'Which word means more than one {x}?',
      'How do we write the plural of {x}?',
      'One {x}, but many what?',
    ],
    statements: ['The plural of {x} is {y}.', 'One {x}, many {y}.'],
    pairs: PLURALS,
  },
  {
    subject: 'language',
    name: 'past',
    questions: [
      'What is the past tense of {x}?',
      'Which word is the past tense of {x}?',
      'How do we write {x} in the past tense?',
      'Today I {x}, but what did I do yesterday?',
    ],
    statements: ['The past tense of {x} is {y}.', 'Today they {x}, yesterday they {y}.'],
    pairs: PASTS,
  },
  {
    subject: 'language',
    name: 'trade',
    questions: [
      'What do we call a person who {x}?',
      'Which word names someone who {x}?',
      'Who {x}?',
      'What is the word for a person who {x}?',
    ],
    statements: ['A person who {x} is called this: {y}.', 'Someone who {x} has this job: {y}.'],
    pairs: TRADES,
  },
];
