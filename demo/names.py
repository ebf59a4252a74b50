"""Names, addresses and numbers that nobody bears: everything is put together from syllables by chance.

Telephone numbers are of a form that no exchange gives out, mail addresses end in ``.example`` (RFC 2606).
"""

from __future__ import annotations

import random
from string import ascii_letters
from typing import Final, NamedTuple


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Chinese and Latin spelling of each word of ``text``: ``椰Ye`` gives ``("椰", "Ye")``."""
    words = ((word, len(word.rstrip(ascii_letters))) for word in text.split())
    return tuple((word[:end], word[end:]) for word, end in words)


_FIRST: Final = _pairs(
    "霖Lin 鹭Lu 霁Ji 澜Lan 岚Lan 琚Ju 栩Xu 翊Yi 珩Heng 沐Mu 朔Shuo 蔚Wei 澄Cheng 瀚Han 熠Yi 昱Yu 桐Tong 棠Tang 芷Zhi 笙Sheng "
    "筠Yun 蓼Liao 荻Di 泠Ling 湄Mei 溟Ming 漪Yi 汐Xi 涵Han 泓Hong 璟Jing 璃Li 玥Yue 珞Luo 瑾Jin 砚Yan 磬Qing 穗Sui 稷Ji 禾He "
    "缦Man 绮Qi 羽Yu 翎Ling 耘Yun 舸Ge 舟Zhou 苒Ran 茗Ming 莘Xin"
)
_SECOND: Final = _pairs(
    "风feng 帆fan 原yuan 洲zhou 屿yu 川chuan 岭ling 塔ta 桥qiao 港gang 湾wan 浦pu 汀ting 陵ling 台tai 阁ge 庭ting 苑yuan "
    "林lin 泽ze 峰feng 岩yan 石shi 溪xi 泉quan 云yun 月yue 星xing 霞xia 虹hong 晖hui 曦xi 鸣ming 歌ge 途tu 轩xuan 楫ji 辰chen "
    "序xu 衡heng"
)
_TRADES: Final = (
    ("置业", "Properties", "real estate"),
    ("汽车贸易", "Motor Trading", "car trade"),
    ("酒店管理", "Hotel Management", "hotels"),
    ("食品", "Foods", "food"),
    ("饮料", "Beverages", "drinks"),
    ("电器商贸", "Appliances", "home appliances"),
    ("旅行社", "Travel", "travel"),
    ("医药", "Pharmaceuticals", "medicine"),
    ("建材", "Building Materials", "building materials"),
    ("家居", "Home Furnishing", "furniture"),
    ("教育科技", "Education Technology", "education"),
    ("通信服务", "Telecom Services", "telecommunications"),
    ("珠宝", "Jewellery", "jewellery"),
    ("服饰", "Apparel", "clothing"),
    ("超市连锁", "Supermarkets", "retail"),
    ("文化传播", "Culture & Media", "media"),
    ("物流", "Logistics", "logistics"),
    ("农业开发", "Agriculture", "farming"),
    ("乳业", "Dairy", "food"),
    ("精密制造", "Precision Works", "manufacturing"),
)
_CITIES: Final = (
    ("海南省", "海口市", "Haikou", "0898", "5701"),
    ("海南省", "三亚市", "Sanya", "0898", "5720"),
    ("海南省", "儋州市", "Danzhou", "0898", "5717"),
    ("海南省", "琼海市", "Qionghai", "0898", "5714"),
    ("海南省", "文昌市", "Wenchang", "0898", "5713"),
    ("海南省", "万宁市", "Wanning", "0898", "5715"),
    ("广东省", "湛江市", "Zhanjiang", "0759", "5240"),
    ("广东省", "广州市", "Guangzhou", "020", "5100"),
)
_STREETS: Final = (
    "望椰路",
    "听涛路",
    "鹿鸣大道",
    "海棠北路",
    "金穗街",
    "长堤二路",
    "石榴巷",
    "滨溪大道",
    "红帆路",
    "南屿街",
    "翠林路",
    "观星路",
)
_SURNAMES: Final = _pairs(
    "陈Chen 林Lin 黄Huang 王Wang 李Li 吴Wu 张Zhang 周Zhou 符Fu 郑Zheng 刘Liu 何He 许Xu 蔡Cai 郭Guo 梁Liang 谢Xie 曾Zeng "
    "潘Pan 邓Deng 罗Luo 冯Feng 叶Ye 苏Su 韩Han 唐Tang 范Fan 方Fang 石Shi 姚Yao"
)
_GIVEN: Final = _pairs(
    "美玲Meiling 志强Zhiqiang 海燕Haiyan 文斌Wenbin 晓芬Xiaofen 建国Jianguo 雪梅Xuemei 伟明Weiming 丽珊Lishan 国栋Guodong "
    "思远Siyuan 雨婷Yuting 家豪Jiahao 静怡Jingyi 俊杰Junjie 秀英Xiuying 子涵Zihan 晨曦Chenxi 少华Shaohua 玉兰Yulan"
)


class Firm(NamedTuple):
    """A made-up customer's name and seat. ``phone`` is that of the house."""

    name: str
    name_en: str
    industry: str
    province: str
    city: str
    city_en: str
    street: str
    postcode: str
    phone: str
    mail_name: str


class Human(NamedTuple):
    """A made-up person."""

    name: str
    name_en: str

    @property
    def both(self) -> str:
        """Both spellings, as they stand on a card: ``陈美玲 Chen Meiling``."""
        return f"{self.name} {self.name_en}"


class Names:
    """Gives names by chance, no firm's name twice."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._taken: set[str] = set()

    def firm(self) -> Firm:
        """The next firm."""
        while True:
            first, second = self._chance.choice(_FIRST), self._chance.choice(_SECOND)
            trade, trade_en, industry = self._chance.choice(_TRADES)
            province, city, city_en, area, postcode = self._chance.choice(_CITIES)
            stem = f"{city.removesuffix('市')}{first[0]}{second[0]}{trade}"
            latin = f"{first[1]}{second[1]}"
            name_en = f"{city_en} {latin} {trade_en} Co., Ltd."
            if stem in self._taken:
                continue
            self._taken.add(stem)
            return Firm(
                name=f"{stem}有限公司",
                name_en=name_en,
                industry=industry,
                province=province,
                city=city,
                city_en=city_en,
                street=f"{self._chance.choice(_STREETS)}{self._chance.randrange(1, 399)}号",
                postcode=f"{postcode}{self._chance.randrange(10, 99)}",
                phone=f"{area}-0{len(self._taken):07d}",
                mail_name=f"{latin.lower()}-{len(self._taken)}",
            )

    def human(self) -> Human:
        """Somebody; two of them may bear one name, as in life."""
        surname, given = self._chance.choice(_SURNAMES), self._chance.choice(_GIVEN)
        return Human(f"{surname[0]}{given[0]}", f"{surname[1]} {given[1]}")

    def mobile(self) -> str:
        """A mobile number of a form that is never given out."""
        return f"199 0000 {self._chance.randrange(10_000):04d}"
