/* Poseidon2 over 16 elements of F, as the machines' own AIRs have it (docs/air.md): numbers in Montgomery form. */
#ifndef RVR_STARK_POSEIDON2_H
#define RVR_STARK_POSEIDON2_H

#include "field.h"

enum { POSEIDON2_WORDS = 16, POSEIDON2_OUTER = 8, POSEIDON2_INNER = 13 };

static const uint32_t POSEIDON2_OUTER_CONSTANTS[POSEIDON2_OUTER][POSEIDON2_WORDS] = {
  {
    1582131512u, 1899519471u, 1641921850u, 462688640u, 1293997949u, 1380417575u, 1932416963u, 283521298u,
    1016708647u, 35751290u, 1270782647u, 851730739u, 795004022u, 929571430u, 523703523u, 1593957757u
  },
  {
    895976710u, 1742343460u, 917700746u, 1516725708u, 1170237629u, 785693164u, 613651155u, 352999196u, 678775274u,
    1005433272u, 1704854670u, 1174551920u, 508930349u, 530338447u, 1327158816u, 1417652352u
  },
  {
    1153538870u, 583201050u, 397833841u, 1440603828u, 454600685u, 174490638u, 171758601u, 1998476616u, 1403697810u,
    1807736944u, 450348306u, 1458895865u, 787037868u, 1063762964u, 1987002214u, 481645916u
  },
  {
    1231767638u, 1323639433u, 238360103u, 2012412459u, 1024945356u, 1108359895u, 1284135849u, 606928406u,
    1021455954u, 719347978u, 659671051u, 769588663u, 805534062u, 592213995u, 1752728055u, 663410947u
  },
  {
    999830298u, 304461056u, 552699684u, 450698925u, 667466464u, 1736509752u, 1327760865u, 1153241151u, 816675655u,
    1076172858u, 1914832527u, 1668723429u, 1365579850u, 975704528u, 1031625628u, 1393317533u
  },
  {
    1554700828u, 1023828605u, 1610378860u, 347744760u, 1909572073u, 739227895u, 428565985u, 633143046u, 121797685u,
    94048546u, 1369350241u, 1250010422u, 114268841u, 515033604u, 49052844u, 1962329907u
  },
  {
    1380892638u, 1860017417u, 64711457u, 9758460u, 1681838395u, 710850601u, 1020228997u, 1414164790u, 1531515535u,
    36158805u, 713604525u, 89935127u, 1870801994u, 395985906u, 1122769045u, 1760811055u
  },
  {
    819787042u, 134654834u, 1755145179u, 18433016u, 1701878989u, 1782339297u, 1483861396u, 962480061u, 1857590724u,
    222440409u, 63223417u, 515206622u, 1348364213u, 973414686u, 1591066884u, 705852913u
  },
};
static const uint32_t POSEIDON2_INNER_CONSTANTS[POSEIDON2_INNER] = {
  250494022u, 528496384u, 1472966118u, 977089650u, 1885890237u, 1094557811u, 147492661u, 664163003u, 398852570u,
  336233633u, 1628648315u, 888594966u, 586791090u
};
/* The inner layer makes sum(s) + factor * s of each word. */
static const uint32_t POSEIDON2_INNER_FACTORS[POSEIDON2_WORDS] = {
  1476395013u, 268435454u, 536870908u, 134217727u, 805306362u, 1073741816u, 1879048194u, 1207959559u, 939524105u,
  16777216u, 1073741824u, 536870912u, 32u, 1996488705u, 1744830465u, 2013265889u
};

static inline uint32_t poseidon2_seventh(uint32_t x)
{
  const uint32_t square = f_redc((uint64_t)x * x), cube = f_redc((uint64_t)square * x);
  return f_redc((uint64_t)f_redc((uint64_t)cube * cube) * x);
}

static inline void poseidon2_outer_layer(uint32_t *s)
{
  uint32_t sum[4] = { 0 };
  for (int g = 0; g < POSEIDON2_WORDS; g += 4) {
    const uint32_t a = s[g], b = s[g + 1], c = s[g + 2], d = s[g + 3];
    const uint32_t ab = f_add(a, b), cd = f_add(c, d), all = f_add(ab, cd);
    s[g] = f_add(f_add(all, b), ab);
    s[g + 1] = f_add(f_add(all, b), f_add(c, c));
    s[g + 2] = f_add(f_add(all, d), cd);
    s[g + 3] = f_add(f_add(all, d), f_add(a, a));
    for (int i = 0; i < 4; i++) sum[i] = f_add(sum[i], s[g + i]);
  }
  for (int i = 0; i < POSEIDON2_WORDS; i++) s[i] = f_add(s[i], sum[i % 4]);
}

static inline void poseidon2_outer_round(uint32_t *s, const uint32_t *constants)
{
  for (int i = 0; i < POSEIDON2_WORDS; i++) s[i] = poseidon2_seventh(f_add(s[i], constants[i]));
  poseidon2_outer_layer(s);
}

static inline void poseidon2_inner_round(uint32_t *s, uint32_t constant)
{
  uint32_t sum = s[0] = poseidon2_seventh(f_add(s[0], constant));
  for (int i = 1; i < POSEIDON2_WORDS; i++) sum = f_add(sum, s[i]);
  for (int i = 0; i < POSEIDON2_WORDS; i++) s[i] = f_add(sum, f_redc((uint64_t)s[i] * POSEIDON2_INNER_FACTORS[i]));
}

static inline void poseidon2_permute(uint32_t *s)
{
  poseidon2_outer_layer(s);
  for (int r = 0; r < POSEIDON2_OUTER / 2; r++) poseidon2_outer_round(s, POSEIDON2_OUTER_CONSTANTS[r]);
  for (int r = 0; r < POSEIDON2_INNER; r++) poseidon2_inner_round(s, POSEIDON2_INNER_CONSTANTS[r]);
  for (int r = POSEIDON2_OUTER / 2; r < POSEIDON2_OUTER; r++) poseidon2_outer_round(s, POSEIDON2_OUTER_CONSTANTS[r]);
}

#endif
