/**
 * Lint rule: no spread in the arguments of a call. Arguments lie on the stack, so a large array ends in "Maximum call stack size exceeded". Allowed are the parameters that
 * a function was itself called with (`(...args) => f(...args)`), and whatever a comment gives a bound for: `oxlint-disable-line rvr/no-spread-arguments -- at most …`.
 */

/** The names of the rest parameters of a function. */
const restNames = ({ params }) =>
  params.filter(({ type }) => type === 'RestElement').map(({ argument }) => argument.name)

const message =
  'a large array has no place among the arguments of a call: add elements in a loop, or say in a comment what bounds them'

const rule = {
  create(context) {
    const functions = []
    const enter = node => {
      functions.push(new Set(restNames(node)))
    }
    const leave = () => {
      functions.pop()
    }
    const check = ({ callee, arguments: given }) => {
      // f.apply(self, array) and Reflect.apply(f, self, array) are the same.
      if (callee.type === 'MemberExpression' && callee.property.name === 'apply' && given.length > 1)
        context.report({ node: callee, message })
      for (const argument of given) {
        if (argument.type !== 'SpreadElement') continue
        const { type, name } = argument.argument
        if (type === 'Identifier' && functions.some(names => names.has(name))) continue
        context.report({ node: argument, message })
      }
    }
    return {
      FunctionDeclaration: enter,
      FunctionExpression: enter,
      ArrowFunctionExpression: enter,
      'FunctionDeclaration:exit': leave,
      'FunctionExpression:exit': leave,
      'ArrowFunctionExpression:exit': leave,
      CallExpression: check,
      NewExpression: check,
    }
  },
}

export default { meta: { name: 'rvr' }, rules: { 'no-spread-arguments': rule } }
