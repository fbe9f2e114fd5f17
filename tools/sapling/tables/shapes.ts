/** Shapes, solids and names of geometry. */
import { list, type Relation } from '../relation';

const SIDES = list(`
triangle:3, square:4, rectangle:4, rhombus:4, trapezium:4, kite:4, pentagon:5, hexagon:6, heptagon:7, octagon:8,
nonagon:9, decagon:10, dodecagon:12`);

const FACES = list(`
cube:6, cuboid:6, tetrahedron:4, octahedron:8, dodecahedron:12, icosahedron:20, triangular prism:5, square pyramid:5`);

const NAMES = list(`
the distance around a shape:perimeter, the distance around a circle:circumference, half of a diameter:radius,
the longest line across a circle:diameter, an angle of 90 degrees:right angle, an angle under 90 degrees:acute angle,
an angle between 90 and 180 degrees:obtuse angle, the side facing the right angle:hypotenuse,
the space inside a solid:volume, the space inside a flat shape:area, lines that never meet:parallel lines,
a triangle with three equal sides:equilateral triangle, a triangle with two equal sides:isosceles triangle,
a triangle with no equal sides:scalene triangle, part of the edge of a circle:arc, the tool that measures angles:protractor,
the tool that draws circles:compass, a line from corner to corner:diagonal, the point where two sides meet:vertex`);

const SUMS = list(`
triangle:180, square:360, rectangle:360, rhombus:360, pentagon:540, hexagon:720, octagon:1080`);

const subject = 'geometry';

export const SHAPES: Relation[] = [
  {
    subject,
    name: 'sides',
    questions: [
      'How many sides does a {x} have?',
      'How many corners does a {x} have?',
      'What is the number of sides of a {x}?',
      'A {x} has how many sides?',
    ],
    statements: ['A {x} has {y} sides.', 'The number of sides of a {x} is {y}.'],
    pairs: SIDES,
  },
  {
    subject,
    name: 'faces',
    questions: [
      'How many faces does a {x} have?',
      'What is the number of faces of a {x}?',
      'A {x} has how many faces?',
      'How many flat faces are there on a {x}?',
    ],
    statements: ['A {x} has {y} faces.', 'The number of faces of a {x} is {y}.'],
    pairs: FACES,
  },
  {
    subject,
    name: 'name',
    questions: [
      'What is the name for {x}?',
      'What do we call {x}?',
      'Which term means {x}?',
      'In geometry, what is {x} called?',
    ],
    statements: ['The name for {x} is {y}.', 'In geometry {x} is called {y}.'],
    pairs: NAMES,
  },
  {
    subject,
    name: 'angle sum',
    questions: [
      'How many degrees do the angles of a {x} add up to?',
      'What is the sum of the angles of a {x} in degrees?',
      'The angles of a {x} add up to how many degrees?',
    ],
    statements: ['The angles of a {x} add up to {y} degrees.'],
    pairs: SUMS,
  },
];
