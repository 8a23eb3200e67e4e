/**
 * Our own words, beside obscenity's English ones: what that library lacks, German, and what concerns pictures. They are
 * as word-pattern.ts has them; `*` stands for any ending. This file holds offensive words because it refuses them.
 */

/** Refused at every level, whatever a server allows. */
export const NEVER: readonly string[] = [
  ...['loli', 'lolis', 'lolicon*', 'shota', 'shotas', 'shotacon*', 'child porn*', 'kiddie porn*', 'kinderporn*'],
  ...['pedophil*', 'paedophil*', 'pädophil*', 'pedo porn*', 'underage sex*', 'preteen sex*', 'jailbait*'],
];

/** Somebody who is, or may be, no adult: refused at every level together with `SEXUAL`. */
export const MINORS: readonly string[] = [
  ...['child', 'children', 'childlike', 'kid', 'kids', 'kiddie*', 'minor', 'minors', 'underage*', 'preteen*', 'tween*'],
  ...[
    'teen',
    'teens',
    'teenage*',
    'toddler*',
    'infant*',
    'baby',
    'babies',
    'schoolgirl*',
    'schoolboy*',
    'schoolchild*',
  ],
  ...['little girl*', 'little boy*', 'young girl*', 'young boy*', 'girl', 'girls', 'boy', 'boys', 'pupil', 'pupils'],
  ...['kindergart*', 'elementary school*', 'middle school*', 'high school*', 'year old', 'years old', 'jährig*'],
  ...['kind', 'kinder*', 'kindlich*', 'mädchen*', 'junge', 'jungen', 'jugendlich*', 'minderjährig*', 'kleinkind*'],
  ...[
    'schülerin*',
    'schüler',
    'schulkind*',
    'schulmädchen*',
    'säugling*',
    'teenie*',
    'enfant',
    'enfants',
    'niña*',
    'niño*',
  ],
];

/** Nudity and sex, from the level `standard` on. */
export const SEXUAL: readonly string[] = [
  ...['nude*', 'nudity', 'nudist*', 'naked*', 'topless*', 'bottomless', 'undress*', 'striptease*', 'stripper*', 'nsfw'],
  ...['erotic*', 'sexual*', 'sexting', 'sexy', 'sexiest', 'genital*', 'nipple*', 'areola*', 'breasts', 'bare breast*'],
  ...[
    'crotch*',
    'upskirt*',
    'lingerie',
    'thong',
    'bdsm',
    'bondage',
    'fetish*',
    'threesome*',
    'intercourse',
    'cumshot*',
  ],
  ...['creampie*', 'milf*', 'futanari', 'ahegao', 'pubic*', 'horny', 'seduc*', 'pr0n', 'xxx'],
  ...[
    'nackt*',
    'entblößt*',
    'oben ohne',
    'erotisch*',
    'sexuell*',
    'titten*',
    'möpse',
    'muschi*',
    'fotze*',
    'schwanzlutsch*',
  ],
  ...['ficken*', 'fickt', 'gefickt*', 'gevögelt', 'wichs*', 'bumsen', 'hure', 'huren*', 'nutte*', 'geschlechtsverkehr'],
  ...['vergewaltig*', 'brustwarze*', 'unterwäsche', 'dessous', 'desnud*', 'porno*', 'puta', 'putas'],
];

/** Contempt for people for what they are, from the level `slurs` on. */
export const SLURS: readonly string[] = [
  ...['wetback*', 'gook', 'gooks', 'raghead*', 'towelhead*', 'sandnigg*', 'beaner*', 'spic', 'spics', 'paki', 'pakis'],
  ...['coon', 'coons', 'jigaboo*', 'porch monkey*', 'golliwog*', 'faggot*', 'fgt', 'shemale*', 'tranny', 'trannies'],
  ...['mongoloid*', 'subhuman*', 'heil hitler', 'sieg heil', 'white power', 'gas the jews', 'kill all jews'],
  ...[
    'neger*',
    'kanake*',
    'kümmeltürk*',
    'schlitzauge*',
    'schwuchtel*',
    'judensau*',
    'untermensch*',
    'mongo',
    'mongos',
  ],
  ...['spasti', 'spastis', 'kameltreiber*', 'judenschwein*', 'transe', 'transen', 'maricón*'],
];

/** Swearing, from the level `standard` on. */
export const COARSE: readonly string[] = [
  ...['phuck*', 'fuq*', 'motherf*', 'wtf', 'stfu', 'biatch*', 'dumbass*', 'jackass*', 'asshole*', 'bullshit*', 'shite'],
  ...['arschloch*', 'arschlöcher*', 'arsch', 'ärsche', 'scheiße*', 'scheiß*', 'beschissen*', 'wichser*', 'hurensohn*'],
  ...['hurensöhne*', 'miststück*', 'schlampe*', 'kacke', 'verpiss*', 'mierda', 'putain', 'merde'],
];

/** Cruelty, from the level `strict` on. */
export const CRUEL: readonly string[] = [
  ...[
    'gore',
    'gory',
    'behead*',
    'decapitat*',
    'disembowel*',
    'dismember*',
    'mutilat*',
    'tortur*',
    'entrails',
    'bloody',
  ],
  ...['blood', 'bloodbath*', 'bloodshed', 'corpse*', 'massacre*', 'slaughter*', 'murder*', 'suicid*', 'self harm*'],
  ...['hanging himself', 'hanging herself', 'execution*', 'lynch*', 'genocide*', 'cannibal*', 'rotting', 'swastika*'],
  ...[
    'blut',
    'blutig*',
    'blutüberströmt*',
    'blutbad*',
    'enthaupt*',
    'geköpft*',
    'verstümmel*',
    'folter*',
    'gefoltert*',
  ],
  ...[
    'leiche',
    'leichen',
    'massaker*',
    'mord',
    'mörder*',
    'ermordet*',
    'selbstmord*',
    'suizid*',
    'gemetzel*',
    'hakenkreuz*',
  ],
];

/** What the lists would refuse and nobody means badly: animals, plants, names, German words. */
export const HARMLESS: readonly string[] = [
  ...[
    'cockpit*',
    'great tit',
    'great tits',
    'blue tit',
    'blue tits',
    'coal tit*',
    'tit bird*',
    'wild ass',
    'wild asses',
  ],
  ...[
    'pussy willow*',
    'pussycat*',
    'pussy cat*',
    'fu dog*',
    'fu lion*',
    'kung fu',
    'moby dick',
    'dick tracy',
    'dickson*',
  ],
  ...[
    'dick whittington',
    'dickinson*',
    'rapeseed*',
    'rape field*',
    'naked mole rat*',
    'naked eye*',
    'van dyke*',
    'vandyke*',
  ],
  ...[
    'maine coon*',
    'racoon*',
    'raccoon*',
    'coon cat*',
    'blood orange*',
    'blood moon*',
    'bloodhound*',
    'bastard sword*',
  ],
  ...['montenegr*', 'negroni*', 'minor key', 'baby blue', 'sexy beast', 'shitake', 'hen night', 'kind to', 'kind of'],
  ...['dicke', 'dicker', 'dickes', 'dicken', 'dickem', 'dickste*', 'dickicht*', 'ist dick', 'sind dick', 'so dick'],
  ...[
    'sehr dick',
    'zu dick',
    'dick und',
    'fagott*',
    'assel*',
    'kellerassel*',
    'kikeriki*',
    'wanken*',
    'wankt*',
    'wankend*',
  ],
  ...[
    'nacktschnecke*',
    'nacktmull*',
    'blutorange*',
    'blutmond*',
    'blutbuche*',
    'rapé',
    'assistent*',
    'analog*',
    'analys*',
  ],
];
