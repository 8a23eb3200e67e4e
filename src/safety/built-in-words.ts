/**
 * Our own words, beside obscenity's English ones: what that library lacks, German, and what concerns pictures. They are
 * as word-list.ts has them; `*` stands for any ending. This file holds offensive words because it refuses them.
 */

/** The words of a list, with commas between. */
function words(list: string): readonly string[] {
  return list.split(',').map((word) => word.trim());
}

const ADULT = 18;
const AGES_OF_MINORS = Array.from({ length: ADULT - 1 }, (_, before) => before + 1).flatMap((age) => [
  ...[`${age} year old*`, `${age} years old`, `${age}yo`, `${age} yo`, `${age} y o`, `${age} jährig*`, `${age}jährig*`],
]);

/** Refused at every level, whatever a server allows. */
export const NEVER = words(`
  loli, lolis, lolicon*, shota, shotas, shotacon*, child porn*, kiddie porn*, kinderporn*, pedophil*, paedophil*,
  pädophil*, pedo porn*, underage sex*, preteen sex*, jailbait*
`);

/** Somebody who is, or may be, no adult: refused at every level together with `SEXUAL`. */
export const MINORS: readonly string[] = [
  ...words(`
    child, children, childlike, kid, kids, kiddie*, minor, minors, underage*, preteen*, tween*, teen, teens,
    teenage*, toddler*, infant*, baby, babies, schoolgirl*, schoolboy*, schoolchild*, little girl*, little boy*,
    young girl*, young boy*, girl, girls, boy, boys, pupil, pupils, kindergart*, elementary school*,
    middle school*, high school*, kind, kinder*, kindlich*, mädchen*, junge, jungen, jugendlich*, minderjährig*,
    kleinkind*, schülerin*, schüler, schulkind*, schulmädchen*, säugling*, teenie*, enfant, enfants, niña*, niño*
  `),
  ...AGES_OF_MINORS,
];

/** Nudity and sex, from the level `standard` on. */
export const SEXUAL = words(`
  nude*, nudity, nudist*, naked*, topless*, bottomless, undress*, striptease*, stripper*, nsfw, erotic*, sexual*,
  sexting, sexy, sexiest, genital*, nipple*, areola*, breasts, bare breast*, crotch*, upskirt*, lingerie, thong,
  bdsm, bondage, fetish*, threesome*, intercourse, cumshot*, creampie*, milf*, futanari, ahegao, pubic*, horny,
  seduc*, pr0n, xxx, nackt*, entblößt*, oben ohne, erotisch*, sexuell*, titten*, möpse, muschi*, fotze*,
  schwanzlutsch*, ficken*, fickt, gefickt*, gevögelt, wichs*, bumsen, hure, huren*, nutte*, geschlechtsverkehr,
  vergewaltig*, brustwarze*, unterwäsche, dessous, desnud*, porno*, puta, putas
`);

/** Contempt for people for what they are, from the level `slurs` on. */
export const SLURS = words(`
  wetback*, gook, gooks, raghead*, towelhead*, sandnigg*, beaner*, spic, spics, paki, pakis, coon, coons,
  jigaboo*, porch monkey*, golliwog*, faggot*, fgt, shemale*, tranny, trannies, mongoloid*, subhuman*,
  heil hitler, sieg heil, white power, gas the jews, kill all jews, neger*, kanake*, kümmeltürk*, schlitzauge*,
  schwuchtel*, judensau*, untermensch*, mongo, mongos, spasti, spastis, kameltreiber*, judenschwein*, transe,
  transen, maricón*
`);

/** Swearing, from the level `standard` on. */
export const COARSE = words(`
  phuck*, fuq*, motherf*, wtf, stfu, biatch*, dumbass*, jackass*, asshole*, bullshit*, shite, arschloch*,
  arschlöcher*, arsch, ärsche, scheiße*, scheiß*, beschissen*, wichser*, hurensohn*, hurensöhne*, miststück*,
  schlampe*, kacke, verpiss*, mierda, putain, merde
`);

/** Cruelty, from the level `strict` on. */
export const CRUEL = words(`
  gore, gory, behead*, decapitat*, disembowel*, dismember*, mutilat*, tortur*, entrails, bloody, blood,
  bloodbath*, bloodshed, corpse*, massacre*, slaughter*, murder*, suicid*, self harm*, hanging himself,
  hanging herself, execution*, lynch*, genocide*, cannibal*, rotting, swastika*, blut, blutig*, blutüberströmt*,
  blutbad*, enthaupt*, geköpft*, verstümmel*, folter*, gefoltert*, leiche, leichen, massaker*, mord, mörder*,
  ermordet*, selbstmord*, suizid*, gemetzel*, hakenkreuz*
`);

/** What the lists would refuse and nobody means badly: animals, plants, names, German words. */
export const HARMLESS = words(`
  cockpit*, great tit, great tits, blue tit, blue tits, coal tit*, tit bird*, wild ass, wild asses,
  pussy willow*, pussycat*, pussy cat*, fu dog*, fu lion*, kung fu, moby dick, dick tracy, dickson*,
  dick whittington, dickinson*, rapeseed*, rape field*, naked mole rat*, naked eye*, van dyke*, vandyke*,
  maine coon*, racoon*, raccoon*, coon cat*, blood orange*, blood moon*, bloodhound*, bastard sword*, montenegr*,
  negroni*, minor key, baby blue, sexy beast, shitake, hen night, kind to, kind of, dicke, dicker, dickes,
  dicken, dickem, dickste*, dickicht*, ist dick, sind dick, so dick, sehr dick, zu dick, dick und, fagott*,
  assel*, kellerassel*, kikeriki*, wanken*, wankt*, wankend*, nacktschnecke*, nacktmull*, blutorange*, blutmond*,
  blutbuche*, rapé, assistent*, analog*, analys*
`);
