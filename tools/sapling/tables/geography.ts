/** Countries: capital, continent, main official language and currency. A cell is empty where one answer would be unfair. */
import { list, pairs, type Relation, rows, swap } from '../relation';

const COUNTRIES = rows(`
Albania|Tirana|Europe|Albanian|lek
Algeria|Algiers|Africa|Arabic|dinar
Angola|Luanda|Africa|Portuguese|kwanza
Argentina|Buenos Aires|South America|Spanish|peso
Armenia|Yerevan||Armenian|dram
Australia|Canberra|Oceania|English|dollar
Austria|Vienna|Europe|German|euro
Bangladesh|Dhaka|Asia|Bengali|taka
Belgium|Brussels|Europe||euro
Brazil|Brasilia|South America|Portuguese|real
Bulgaria|Sofia|Europe|Bulgarian|
Cambodia|Phnom Penh|Asia|Khmer|
Canada|Ottawa|North America||dollar
Chile|Santiago|South America|Spanish|peso
China|Beijing|Asia|Chinese|yuan
Colombia|Bogota|South America|Spanish|peso
Costa Rica|San Jose|North America|Spanish|colon
Croatia|Zagreb|Europe|Croatian|euro
Cuba|Havana|North America|Spanish|peso
Denmark|Copenhagen|Europe|Danish|krone
Ecuador|Quito|South America|Spanish|
Egypt|Cairo|Africa|Arabic|pound
Estonia|Tallinn|Europe|Estonian|euro
Ethiopia|Addis Ababa|Africa||birr
Finland|Helsinki|Europe||euro
Fiji|Suva|Oceania||dollar
France|Paris|Europe|French|euro
Georgia|Tbilisi||Georgian|lari
Germany|Berlin|Europe|German|euro
Ghana|Accra|Africa|English|cedi
Greece|Athens|Europe|Greek|euro
Guatemala|Guatemala City|North America|Spanish|quetzal
Haiti|Port-au-Prince|North America||gourde
Hungary|Budapest|Europe|Hungarian|forint
Iceland|Reykjavik|Europe|Icelandic|krona
India|New Delhi|Asia||rupee
Indonesia||Asia|Indonesian|rupiah
Iran|Tehran|Asia|Persian|rial
Iraq|Baghdad|Asia||dinar
Ireland|Dublin|Europe||euro
Israel||Asia|Hebrew|shekel
Italy|Rome|Europe|Italian|euro
Jamaica|Kingston|North America|English|dollar
Japan|Tokyo|Asia|Japanese|yen
Jordan|Amman|Asia|Arabic|dinar
Kenya|Nairobi|Africa||shilling
Kuwait|Kuwait City|Asia|Arabic|dinar
Laos|Vientiane|Asia|Lao|kip
Latvia|Riga|Europe|Latvian|euro
Lebanon|Beirut|Asia|Arabic|pound
Libya|Tripoli|Africa|Arabic|dinar
Lithuania|Vilnius|Europe|Lithuanian|euro
Madagascar|Antananarivo|Africa||ariary
Malaysia|Kuala Lumpur|Asia|Malay|ringgit
Mali|Bamako|Africa||franc
Malta|Valletta|Europe||euro
Mexico|Mexico City|North America|Spanish|peso
Mongolia|Ulaanbaatar|Asia|Mongolian|tugrik
Morocco|Rabat|Africa||dirham
Mozambique|Maputo|Africa|Portuguese|metical
Nepal|Kathmandu|Asia|Nepali|rupee
the Netherlands|Amsterdam|Europe|Dutch|euro
New Zealand|Wellington|Oceania||dollar
Nicaragua|Managua|North America|Spanish|cordoba
Nigeria|Abuja|Africa|English|naira
Norway|Oslo|Europe|Norwegian|krone
Oman|Muscat|Asia|Arabic|rial
Pakistan|Islamabad|Asia||rupee
Panama|Panama City|North America|Spanish|
Paraguay|Asuncion|South America||guarani
Peru|Lima|South America||sol
the Philippines|Manila|Asia||peso
Poland|Warsaw|Europe|Polish|zloty
Portugal|Lisbon|Europe|Portuguese|euro
Qatar|Doha|Asia|Arabic|riyal
Romania|Bucharest|Europe|Romanian|leu
Russia|Moscow||Russian|rouble
Samoa|Apia|Oceania||tala
Saudi Arabia|Riyadh|Asia|Arabic|riyal
Senegal|Dakar|Africa|French|franc
Serbia|Belgrade|Europe|Serbian|dinar
Slovakia|Bratislava|Europe|Slovak|euro
Slovenia|Ljubljana|Europe|Slovene|euro
South Korea|Seoul|Asia|Korean|won
Spain|Madrid|Europe|Spanish|euro
Sudan|Khartoum|Africa||pound
Sweden|Stockholm|Europe|Swedish|krona
Switzerland|Bern|Europe||franc
Syria|Damascus|Asia|Arabic|pound
Thailand|Bangkok|Asia|Thai|baht
Tunisia|Tunis|Africa|Arabic|dinar
Turkey|Ankara||Turkish|lira
Uganda|Kampala|Africa||shilling
Ukraine|Kyiv|Europe|Ukrainian|hryvnia
the United Kingdom|London|Europe|English|pound
Uruguay|Montevideo|South America|Spanish|peso
Venezuela|Caracas|South America|Spanish|bolivar
Vietnam|Hanoi|Asia|Vietnamese|dong
Zambia|Lusaka|Africa|English|kwacha
Zimbabwe|Harare|Africa||
`);

const LANDMARKS = list(`
the Eiffel Tower:France, the Colosseum:Italy, the Taj Mahal:India, the Great Wall:China, Machu Picchu:Peru,
the Acropolis:Greece, Big Ben:the United Kingdom, Mount Fuji:Japan, the Great Sphinx:Egypt, Petra:Jordan,
Angkor Wat:Cambodia, the Alhambra:Spain, the Kremlin:Russia, Uluru:Australia, Mount Kilimanjaro:Tanzania,
the Brandenburg Gate:Germany, Chichen Itza:Mexico, Hagia Sophia:Turkey, the Jungfrau:Switzerland,
the Little Mermaid statue:Denmark, the CN Tower:Canada, the Statue of Liberty:the United States`);

const RIVERS = list(`
Cairo:Nile, London:Thames, Paris:Seine, Rome:Tiber, Vienna:Danube, Budapest:Danube, Baghdad:Tigris, Cologne:Rhine,
Hamburg:Elbe, Lisbon:Tagus, Warsaw:Vistula, Prague:Vltava, Seoul:Han, New York City:Hudson, Shanghai:Huangpu,
Montreal:Saint Lawrence, Dublin:Liffey, Florence:Arno, Kyiv:Dnieper`);

const subject = 'geography';
const capital = pairs(COUNTRIES, 0, 1);

export const GEOGRAPHY: Relation[] = [
  {
    subject,
    name: 'capital',
    questions: [
      'What is the capital of {x}?',
      'Which city is the capital of {x}?',
      'Which capital city belongs to {x}?',
      'What is the name of the capital of {x}?',
    ],
    statements: ['The capital of {x} is {y}.', '{y} is the capital of {x}.'],
    pairs: capital,
  },
  {
    subject,
    name: 'capital of',
    questions: [
      '{x} is the capital of which country?',
      'Which country has {x} as its capital?',
      'The capital city {x} belongs to which country?',
      'Of which country is {x} the capital?',
    ],
    statements: ['{x} is a city in {y}.', 'The country of {x} is {y}.'],
    pairs: swap(capital),
  },
  {
    subject,
    name: 'continent',
    questions: [
      'On which continent is {x}?',
      'Which continent is {x} part of?',
      'Where in the world is {x}?',
      '{x} lies on which continent?',
    ],
    statements: ['{x} is a country in {y}.', '{x} lies in {y}.'],
    pairs: pairs(COUNTRIES, 0, 2),
  },
  {
    subject,
    name: 'language',
    questions: [
      'What is the official language of {x}?',
      'Which language is the official one in {x}?',
      'What is the main language of {x}?',
      '{x} has which official language?',
    ],
    statements: ['People in {x} speak {y}.', 'The official language of {x} is {y}.'],
    pairs: pairs(COUNTRIES, 0, 3),
  },
  {
    subject,
    name: 'currency',
    questions: [
      'What is the currency of {x}?',
      'Which currency is the official one in {x}?',
      'What is the official money of {x}?',
      '{x} has which currency?',
    ],
    statements: ['The currency of {x} is the {y}.', 'People in {x} pay with the {y}.'],
    pairs: pairs(COUNTRIES, 0, 4),
  },
  {
    subject,
    name: 'landmark',
    questions: [
      'In which country is {x}?',
      'Which country is home to {x}?',
      'To see {x}, which country do you visit?',
      'Where does {x} stand?',
    ],
    statements: ['Visitors go to {y} to see {x}.', 'You can find {x} in {y}.'],
    pairs: LANDMARKS,
  },
  {
    subject,
    name: 'river',
    questions: [
      'Which river flows through {x}?',
      'On which river does {x} lie?',
      'What is the river of {x}?',
      '{x} stands on which river?',
    ],
    statements: ['The {y} flows through {x}.', '{x} lies on the {y}.'],
    pairs: RIVERS,
  },
];
