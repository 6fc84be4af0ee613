"""What a message needs, read from its Liquid."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.customerio.liquid.template_variables import property_of, variable_name, variables_used

# template, required, optional
TEMPLATES = [
    ("Hello", [], []),
    ("Hi {{ event.plan }}", ["event.plan"], []),
    ("{{event.plan}} {{ customer.first_name }} {{trigger.order}}",
     ["customer.first_name", "event.plan", "trigger.order"], []),
    ("{{ event.plan | upcase | append: '!' }}", ["event.plan"], []),
    ("{{ event.plan | default: 'free' }}", [], ["event.plan"]),
    ("{{ event.plan | upcase | default: event.tier }}", ["event.tier"], ["event.plan"]),
    ("{{ event.plan | default: 'free' }} {{ event.plan }}", ["event.plan"], []),
    ("{% if event.plan %}{{ event.plan }}{% endif %}", [], ["event.plan"]),
    ("{% if event.plan == 'pro' %}{{ event.plan }}{% else %}{{ event.seats }}{% endif %}",
     ["event.seats"], ["event.plan"]),
    ("{% if event.plan != blank %}{{ event.plan }}{% endif %}", [], ["event.plan"]),
    ("{% if event.plan == nil %}free{% else %}{{ event.plan }}{% endif %}", [], ["event.plan"]),
    ("{% if event.plan == 'pro' %}x{% endif %}{{ event.plan }}", ["event.plan"], []),
    ("{% if event.a %}{{ event.b }}{% endif %}", ["event.b"], ["event.a"]),
    ("{% if event.a and event.b %}{{ event.a }}{{ event.b }}{% endif %}", [], ["event.a", "event.b"]),
    ("{% if event.a or event.b %}{{ event.a }}{% endif %}", ["event.a"], ["event.b"]),
    ("{% if event.a == blank or event.b == blank %}x{% else %}{{ event.a }}{{ event.b }}{% endif %}",
     [], ["event.a", "event.b"]),
    ("{% if event.seats > 3 %}{{ event.seats }}{% endif %}", [], ["event.seats"]),
    ("{% if event.tags contains 'vip' %}{{ event.tags | join: ', ' }}{% endif %}", [], ["event.tags"]),
    ("{% unless event.plan %}free{% else %}{{ event.plan }}{% endunless %}", [], ["event.plan"]),
    ("{% unless event.plan == blank %}{{ event.plan }}{% endunless %}", [], ["event.plan"]),
    ("{% if customer.vip %}a{% elsif event.plan %}{{ event.plan }}{% endif %}", [], ["customer.vip", "event.plan"]),
    ("{% case event.plan %}{% when 'pro', 'team' %}{{ event.plan }}{% else %}{{ event.seats }}{% endcase %}",
     ["event.seats"], ["event.plan"]),
    ("{% for item in event.items %}{{ item.name }} {{ forloop.index }}{% endfor %}", ["event.items"], []),
    ("{% for item in event.items limit: event.count %}{{ item.price | times: event.rate }}{% endfor %}",
     ["event.count", "event.items", "event.rate"], []),
    ("{% for item in event.items %}{{ item }}{% else %}{{ event.fallback }}{% endfor %}{{ event.item }}",
     ["event.fallback", "event.item", "event.items"], []),
    ("{% for event in event.items %}{{ event.name }}{% endfor %}{{ event.plan }}", ["event.items", "event.plan"], []),
    ("{% if event.items %}{% for i in event.items %}{{ i }}{% endfor %}{% endif %}", [], ["event.items"]),
    ("{% if event.items.size > 0 %}{{ event.items.size }}{% endif %}", [], ["event.items"]),
    ("{% tablerow i in event.rows cols: 2 %}{{ i.x }}{% endtablerow %}", ["event.rows"], []),
    ("{% capture line %}{{ event.plan }}{% endcapture %}{{ line }}", ["event.plan"], []),
    ("{% assign plan = event.plan %}{{ plan }}", ["event.plan"], []),
    ("{% assign plan = event.plan | default: 'free' %}{{ plan }}", [], ["event.plan"]),
    ("{% assign plan = event.plan %}{{ plan | default: 'free' }}", [], ["event.plan"]),
    ("{% assign plan = event.plan %}{% if plan %}{{ plan }}{% endif %}", [], ["event.plan"]),
    ("{% assign a = event.address %}{{ a.city }}", ["event.address.city"], ["event.address"]),
    ("{% assign n = 3 %}{{ n }}", [], []),
    ("{{ event.address.city }}", ["event.address.city"], []),
    ("{% if event.address %}{{ event.address.city }}{% endif %}", [], ["event.address", "event.address.city"]),
    ("{{ event.items[0].name }}", ["event.items"], []),
    ("{{ event.prices[event.currency] }}", ["event.currency", "event.prices"], []),
    ("{{ event['plan name'] }} {{ event[\"a.b\"] }}", ["event.plan name", 'event["a.b"]'], []),
    ("{{ event['address']['postal code'] }}", ["event.address.postal code"], []),
    ("{{ event.limit }} {% if event.for.with > 3 %}{{ event.or | default: '.and' }}{% endif %}",
     ["event.limit"], ["event.for.with", "event.or"]),
    ("{{ event.course-name }}", ["event.course-name"], []),
    ("{% comment %}{{ event.no }}{% endcomment %}{% raw %}{{ event.no }}{% endraw %}", [], []),
    ("{%- if event.plan -%}{{- event.plan -}}{%- endif -%}", [], ["event.plan"]),
    ("{% cycle event.a, event.b %}", ["event.a", "event.b"], []),
    ("{% increment counter %}{{ counter }}", [], []),
    ("{% liquid\nassign p = event.plan\necho p\n%}", ["event.plan"], []),
    ("{% render 'footer', plan: event.plan %}", ["event.plan"], []),
    ("<a href=\"https://x.test/?p={{ event.plan | url_encode }}\">", ["event.plan"], []),
    ("{% cio_link url:event.x %}", ["event.x"], []),
    ("{% cio_link url:event.x text:event.label %}Go{% endcio_link %}", ["event.label", "event.x"], []),
    ("{%- cio_link url: event.x | append: '?a: b, c:', text: customer.name | default: 'y' -%}",
     ["event.x"], ["customer.name"]),
    ("{% cio_link url:\"https://x.test/{{ event.id }}\" id:'a' %}", ["event.id"], []),
    ("{% assign u = event.url %}{% cio_link url:u %}", ["event.url"], []),
    ("{% if event.n &gt; 3 %}{{ event.a }}{% else %}{{ event.b }}{% endif %}", ["event.a", "event.b"], ["event.n"]),
    ("{% if event.n &lt;= 3 and event.p != &quot;pro&quot; %}{{ event.n }}{% endif %}", [], ["event.n", "event.p"]),
    ("{{ event.a | default: &#39;y&#39; }} {{&nbsp;event.b\u00a0}}", ["event.b"], ["event.a"]),
    ('{{event.x | default: "y"}}', [], ["event.x"]),
    ("{{ event.x | default: event.a | default: 'b' }}", [], ["event.a", "event.x"]),
    ("{{ event.x | default: 'b' | append: event.a }}", ["event.a"], ["event.x"]),
    ("{% unsubscribe_url %} {{ event.date | format_date: '%B', event.zone | cio_own: 1 }}",
     ["event.date", "event.zone"], []),
    ("{% cio_box wide %}{{ event.plan }}{% endcio_box %}", ["event.plan"], []),
    ("{{ snippets.footer }} {{ campaign.name }} {{ unsubscribe_url }} {{ content }}", [], []),
    ("{{ 'event.plan' }} event.plan", [], []),
]  # fmt: skip

# template, what must still be found, a piece of the problem
BROKEN = [
    ("{{ event.a }} {{ event.b", ["event.a", "event.b"], "line 1"),
    ("{{ event.a } {{ event.b }}", ["event.a", "event.b"], "expected '}}'"),
    ("{{ event.a {{ event.b }}</p>", ["event.a", "event.b"], "expected '}}'"),
    ("<b>{{ event.a</b> {{ event.b }}", ["event.a", "event.b"], "expected '}}'"),
    ("{% if event.a }{{ event.b }}{% endif %}{{ event.c }}", ["event.b", "event.c"], "expected '%}'"),
    ("x\n{{ event.a | date: “%B” }}", ["event.a"], "line 2: curly quotes"),
    ("{% if event.a == ‘pro’ %}{{ event.b }}{% endif %}", ["event.b"], "curly quotes"),
    ("{{ event.a” {{ event.b }}", ["event.a", "event.b"], "expected '}}'"),
    ("{% if event.a && event.b %}{{ event.c }}{% endif %}{{ event.d }}", ["event.c", "event.d"], "line 1"),
    ("{% unless event.a === 1 %}{{ event.c }}{% endunless %}", ["event.c"], "line 1"),
    ("{% if event.a %}x{% elsif (event.b) || 1 %}{{ event.c }}{% endif %}", ["event.c"], "line 1"),
    ("{% for i in event.items ! %}{{ i.a }}{{ event.c }}{% endfor %}", ["event.c"], "line 1"),
    ("{{ event.a }}\n{{ event.plan | }}\n{{ event.c }}", ["event.a", "event.c"], "line 2"),
    ("{{ event.a }}{% if event.b %}{{ event.c }}", ["event.a", "event.c"], "endif"),
    ("{% for i in event.items %}{% if i %}{{ event.c }}", ["event.c", "event.items"], "end"),
    ("{{ event.plan or 'free' }}{{ event.c }}", ["event.c"], "or"),
    ("{{ event.Course Name }}{{ event.c }}", ["event.c"], "line 1"),
    ("{{ event.a }}{% endif %}{{ event.b }}", ["event.a", "event.b"], "endif"),
    ("{% assign x = %}{{ event.k }}", ["event.k"], "line 1"),
    ("{{}}{{ event.k }}", ["event.k"], "line 1"),
    ("{{ event.a }}{% if", ["event.a"], "line 1"),
]


@pytest.mark.parametrize(("template", "required", "optional"), TEMPLATES)
def test_a_template_tells_what_it_needs(template: str, required: list[str], optional: list[str]) -> None:
    use = variables_used(template)
    assert (use.required, use.optional, use.problem) == (required, optional, None)


@pytest.mark.parametrize(("template", "found", "problem"), BROKEN)
def test_broken_syntax_is_reported_and_the_rest_still_read(template: str, found: list[str], problem: str) -> None:
    use = variables_used(template)
    assert use.problem is not None
    assert problem in use.problem
    assert use.required == found


@given(st.text(alphabet="{}%|. eventif'\"[]=\n", max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    use = variables_used(text)
    assert not set(use.required) & set(use.optional)


def test_deep_nesting_is_reported_and_quick() -> None:
    started = time.process_time()
    use = variables_used("{% if event.a %}" * 3000 + "{{ event.b }}" + "{% endif %}" * 3000)
    assert use.problem
    assert time.process_time() - started < 2


@given(st.lists(st.text(min_size=1, alphabet="ab .[]"), min_size=1, max_size=1))
def test_a_property_is_read_back_from_its_variable(keys: list[str]) -> None:
    assert property_of(variable_name(["event", *keys])) == keys[0]


def test_only_variables_of_the_root_are_properties_of_it() -> None:
    assert property_of("event.address.city") == "address"
    assert property_of("customer.name") is None
    assert property_of("events.name") is None
