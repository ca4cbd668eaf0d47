import CCurl
import Earshot
