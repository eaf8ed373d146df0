"""Inside the cell · 循环单元内部: equations in numbers, weights, a changed future."""

from explorer.texts import Text
from explorer.ui.run_page import run_page

run_page(
    "inside_the_cell",
    Text(en="Inside the cell", zh="循环单元内部"),
    Text(
        en="One unit at one time step: what it adds up, and what would have come of "
        "another number.",
        zh="一个循环单元、一个时间步：它把什么加在一起，换一个数又会怎样。",
    ),
)
